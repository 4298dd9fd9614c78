#!/bin/sh
# Check what a pull request changes, or release what a merge brought, in any CI.
#
#   promptship-ci.sh check      exit code: 0 nothing stands against it, 1 rejected, 2 inconclusive, 3 an error
#   promptship-ci.sh release    0 passed, 1 rejected, 2 held or not decided yet, 3 an error
#
# Settings, all optional; those in brackets are found by themselves on GitHub and GitLab:
#   PROMPTSHIP_CI_BASE          the branch or commit to compare with [the branch that is merged into, else HEAD~1]
#   PROMPTSHIP_CI_ENVIRONMENT   whose live versions are the baseline, and where to release (production)
#   PROMPTSHIP_CI_FAIL_ON       reject or inconclusive (check: reject, release: inconclusive)
#   PROMPTSHIP_CI_OUTPUT        where comment.md, junit.xml, lint.sarif and check.json go (promptship-ci)
#   PROMPTSHIP_CI_BUDGET_USD    what one pull request may cost (5)
#   PROMPTSHIP_CI_PULL_REQUEST  what the budget belongs to, and where the comment goes [its number]
#   PROMPTSHIP_CI_COMMENT       true: write the comment with GitHub's gh; it needs GH_TOKEN
#   PROMPTSHIP_CI_UNTIL         lint, fast_gate, gate, shadow or canary: how far to release (to the end)
#   PREFECT_API_URL             release through the deployment on this server, else in this process
# Keep $PROMPTSHIP_HOME/cache between pushes: finished results and the budget are in it.
set -eu

mark='<!-- promptship ci -->'
command=${1:-}
environment=${PROMPTSHIP_CI_ENVIRONMENT:-production}
output=${PROMPTSHIP_CI_OUTPUT:-promptship-ci}
fail_on=${PROMPTSHIP_CI_FAIL_ON:-}

base() {
  case ${PROMPTSHIP_CI_BASE:-} in
    '') ;;
    *[!0]*) echo "$PROMPTSHIP_CI_BASE"; return ;;
    *) echo 'HEAD~1'; return ;; # GitHub's "no commit before": the first push of a branch
  esac
  target=${GITHUB_BASE_REF:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-}}
  if [ -n "$target" ]; then echo "origin/$target"; else echo 'HEAD~1'; fi
}

pull_request() {
  if [ -n "${PROMPTSHIP_CI_PULL_REQUEST:-}" ]; then
    echo "$PROMPTSHIP_CI_PULL_REQUEST"
    return
  fi
  case ${GITHUB_REF:-} in
    refs/pull/*/merge) number=${GITHUB_REF#refs/pull/}; echo "${number%/merge}" ;;
    *) echo "${CI_MERGE_REQUEST_IID:-}" ;;
  esac
}

show() {
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$output/comment.md" >> "$GITHUB_STEP_SUMMARY"; fi
  if [ "${PROMPTSHIP_CI_COMMENT:-}" = true ] && [ -n "$number" ]; then
    post || echo 'The comment could not be written: the token of a fork may only read.' >&2
  fi
}

# One comment a pull request: the one that begins with the mark is written again.
post() {
  where=repos/$GITHUB_REPOSITORY/issues
  wanted=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$mark\"))) | .id"
  known=$(gh api --paginate "$where/$number/comments" --jq "$wanted") || return 1
  known=$(echo "$known" | head -n 1)
  if [ -n "$known" ]; then
    gh api --silent -X PATCH "$where/comments/$known" -F "body=@$output/comment.md"
  else
    gh api --silent "$where/$number/comments" -F "body=@$output/comment.md"
  fi
}

code=0
case $command in
  check)
    number=$(pull_request)
    set -- --base "$(base)" --environment "$environment" --fail-on "${fail_on:-reject}" --output "$output" \
      --budget-usd "${PROMPTSHIP_CI_BUDGET_USD:-5}"
    if [ -n "$number" ]; then set -- "$@" --pull-request "$number"; fi
    rm -f "$output/comment.md"
    promptship ci check "$@" || code=$?
    if [ -f "$output/comment.md" ]; then show; fi
    ;;
  release)
    set -- --base "$(base)" --environment "$environment" --fail-on "${fail_on:-inconclusive}"
    if [ -n "${PROMPTSHIP_CI_UNTIL:-}" ]; then set -- "$@" --until "$PROMPTSHIP_CI_UNTIL"; fi
    promptship ci release "$@" || code=$?
    ;;
  *)
    echo 'usage: promptship-ci.sh check|release' >&2
    exit 64
    ;;
esac
exit "$code"
