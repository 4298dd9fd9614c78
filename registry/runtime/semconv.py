"""Every name of telemetry in one place: what is written, and what is read of other tools.

The GenAI semantic conventions of OpenTelemetry are in Development and have moved; when a name changes, it changes here.
Written: `gen_ai.*` and our own `promptship.*`. Read as well: OpenInference, Langfuse, Traceloop, LiteLLM.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
PROMPT_NAME = "gen_ai.prompt.name"
PROMPT_VERSION = "gen_ai.prompt.version"
OUTPUT_MESSAGES = "gen_ai.output.messages"
TOKEN_TYPE = "gen_ai.token.type"
ERROR_TYPE = "error.type"

DURATION_METRIC = "gen_ai.client.operation.duration"
TOKEN_METRIC = "gen_ai.client.token.usage"
FIRST_CHUNK_METRIC = "gen_ai.client.operation.time_to_first_chunk"

BEHAVIOR = "promptship.behavior.version"
SERVED = "promptship.behavior.served"
ARM = "promptship.arm"
ENVIRONMENT = "promptship.environment"
COST = "promptship.cost.usd"
SCHEMA_OK = "promptship.schema_ok"
REFUSAL = "promptship.refusal"
FALLBACK = "promptship.fallback"
RECORDED = "promptship.recorded"
RECORD_BY = "promptship.record_by"
BY_SPANS = "spans"

# The stamp of a request, column by column, as attributes, baggage and tags.
STAMP: Mapping[str, str] = {
    "trace_id": "promptship.trace.id",
    "ts": "promptship.request.at",
    "environment": ENVIRONMENT,
    "prompt_id": PROMPT_NAME,
    "version": PROMPT_VERSION,
    "intended": "promptship.behavior.sha",
    "serving": "promptship.behavior.serving",
    "arm": ARM,
    "generation": "promptship.routes.generation",
    "intent": "promptship.intent",
    "strategy": "promptship.inference.strategy",
    "release_id": "promptship.release.id",
    "unit": "promptship.unit",
    "unit_key_id": "promptship.unit.key_id",
    "routes_age_s": "promptship.routes.age_s",
    "problem": "promptship.problem",
}

# What a model call was, under the names that tools give it; the first that is there counts.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "operation": (
        OPERATION,
        "llm.request.type",
        "openinference.span.kind",
        "langfuse.observation.type",
        "traceloop.span.kind",
    ),
    "provider": (PROVIDER, "gen_ai.system", "llm.provider", "llm.system"),
    "request_model": (REQUEST_MODEL, "langfuse.observation.model.name", "llm.model_name", "llm.request.model"),
    "response_model": (RESPONSE_MODEL, "llm.response.model", "llm.model_name", "langfuse.observation.model.name"),
    "prompt_tokens": (
        INPUT_TOKENS,
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
        "langfuse.observation.usage_details.input",
    ),
    "cached_tokens": (
        CACHED_TOKENS,
        "gen_ai.usage.cache_read_input_tokens",
        "llm.token_count.prompt_details.cache_read",
    ),
    "output_tokens": (
        OUTPUT_TOKENS,
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
        "langfuse.observation.usage_details.output",
    ),
    "cost_usd": (
        COST,
        "gen_ai.usage.cost",
        "llm.cost.total",
        "gen_ai.cost.total_cost",
        "langfuse.observation.cost_details.total",
    ),
    "finish_reasons": (FINISH_REASONS, "llm.finish_reason", "gen_ai.completion.0.finish_reason"),
    "first_chunk_s": (FIRST_CHUNK,),
    "prompt_name": (
        PROMPT_NAME,
        "langfuse.observation.prompt.name",
        "traceloop.prompt.key",
        "llm.prompt_template.name",
    ),
    "prompt_version": (
        PROMPT_VERSION,
        "langfuse.observation.prompt.version",
        "traceloop.prompt.version",
        "llm.prompt_template.version",
    ),
    "output": (
        OUTPUT_MESSAGES,
        "gen_ai.completion.0.content",
        "llm.output_messages.0.message.content",
        "output.value",
        "langfuse.observation.output",
    ),
    "tool_name": ("gen_ai.tool.name", "tool.name", "traceloop.entity.name"),
    "tool_arguments": (
        "gen_ai.tool.call.arguments",
        "langfuse.observation.input",
        "traceloop.entity.input",
        "input.value",
    ),
    "tool_result": (
        "gen_ai.tool.call.result",
        "langfuse.observation.output",
        "traceloop.entity.output",
        "output.value",
    ),
    "documents": (
        "gen_ai.retrieval.documents",
        "langfuse.observation.output",
        "traceloop.entity.output",
        "output.value",
    ),
    "error": ("langfuse.observation.status_message", "exception.message", ERROR_TYPE),
    "variables": ("llm.prompt_template.variables", "traceloop.prompt.template_variables"),
    "unit": (
        "user.id",
        "enduser.id",
        "langfuse.user.id",
        "traceloop.association.properties.user_id",
        "session.id",
        "langfuse.session.id",
        "gen_ai.conversation.id",
    ),
    "environment": (ENVIRONMENT, "deployment.environment.name", "deployment.environment", "langfuse.environment"),
    "intent": ("promptship.intent",),
}


# What a tool keeps as JSON in one attribute: read as one attribute for each key, `<name>.<key>`.
FOLDED = ("langfuse.observation.usage_details", "langfuse.observation.cost_details")

# Where LiteLLM's proxy keeps the metadata of a request, as Python writes it, and the stamp in it.
CARRIED, CARRIED_STAMP = "metadata.requester_metadata", "promptship"

# What a tool keeps under a number each: `<prefix><number><suffix>`; the first suffix that is there counts.
NUMBERED_DOCUMENTS = ("retrieval.documents.", (".document.id", ".document.content"))
NUMBERED_CALLS: tuple[tuple[str, str], ...] = (
    ("llm.output_messages.0.message.tool_calls.", ".tool_call.function."),
    ("gen_ai.completion.0.tool_calls.", "."),
    ("gen_ai.completion.", ".function_call."),
)
LEVEL = "langfuse.observation.level"

# Operations under which an answer was drawn from a model, a tool was called, documents were looked up; in lower case.
MODEL_CALLS = frozenset({"chat", "text_completion", "generate_content", "completion", "llm", "generation"})
TOOL_CALLS = frozenset({"execute_tool", "tool"})
RETRIEVALS = frozenset({"retrieval", "retriever"})


def told(attributes: Mapping[str, Any], what: str) -> Any:
    """What the attributes say of `what`, a key of ALIASES, under any of its names; None when nothing."""
    return next((attributes[name] for name in ALIASES[what] if attributes.get(name) is not None), None)


def operation(attributes: Mapping[str, Any]) -> str:
    """In lower case, to be looked for in MODEL_CALLS, TOOL_CALLS and RETRIEVALS; empty when nothing says it."""
    return str(told(attributes, "operation") or "").lower()


def span_name(operation: str, model: str) -> str:
    return f"{operation} {model}"
