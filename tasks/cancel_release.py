"""What happens when somebody cancels the run of a release in Prefect."""

from __future__ import annotations

from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging.loggers import flow_run_logger

from tasks.release import cancelling
from tasks.release.operating import operator
from tasks.release.orders import ReleaseOrder


def give_back(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Its canary's traffic goes back to live; called by the worker once the run's process is gone.

    Where no worker lives the lease ends by itself.
    """
    order = ReleaseOrder.model_validate(flow_run.parameters["order"])
    workspace = operator("prefect")
    for sentence in cancelling.give_back(workspace, order):
        flow_run_logger(flow_run, flow).warning("%s", sentence)
    workspace.publish()
