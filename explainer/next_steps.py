"""What to do next, by cause: one or two steps that fit it, in words without figures or names."""

from __future__ import annotations

from explainer.types import Cause, Explanation

NEXT_STEPS: dict[Cause, tuple[str, ...]] = {
    "traffic_surge": (
        "Check whether the extra runs are wanted: a new customer, a campaign or a client that repeats itself.",
    ),
    "prompt_growth": (
        "Compare a prompt from before the start with one from after it.",
        "Trim what was added, or put its stable part first so that it is cached.",
    ),
    "output_growth": (
        "Compare an answer from before the start with one from after it.",
        "Ask for shorter answers or lower the token limit.",
    ),
    "cache_regression": (
        "Check what changed at the front of the prompt: anything that varies there stops the cache.",
        "Put the stable part of the prompt first again.",
    ),
    "model_switch": (
        "Check whether the move to the dearer model was meant.",
        "If it was not, route the requests back.",
    ),
    "version_upgrade": (
        "Check whether the new version's longer answers are worth their cost.",
        "If they are, mark this as expected.",
    ),
    "retry_storm": (
        "Look at the failed requests and why they fail.",
        "Cap the retries and let them wait longer each time.",
    ),
    "agent_loop": ("Look at the longest run and find the step that repeats.", "Set a limit on the requests of a run."),
    "planned_batch": ("Nothing has to be done: this was announced.",),
    "feature_launch": ("Nothing has to be done: this was announced.",),
    "batch_overrun": (
        "Check whether the batch is stuck, and stop it if it is.",
        "If it has to go on, announce the new end.",
    ),
    "unannounced_launch": (
        "Confirm that this launch is meant.",
        "If it is, announce it with its expected cost.",
    ),
    "price_change": ("Compare the invoice with the price list.", "Check whether a cheaper model does the job."),
    "outage_drop": ("Check whether the provider is available and whether work was lost or is waiting.",),
    "slow_growth": (
        "Compare a prompt from before the start with one from now.",
        "Set a limit on what is added to the prompt.",
    ),
    "untagged_growth": (
        "Put the tags back on the requests that lost them.",
        "Until then, read the owner's figures together with the untagged ones.",
    ),
    "staging_leak": ("Check which load runs in staging and whether it belongs there.",),
    "credit": ("Check the terms of the credit: what began, ended or changed.",),
    "pool": ("Check what the shared pool was billed for.",),
    "pool_change": ("Check whether the new split of the pool was meant.",),
    "tag_move": ("Update budgets and owners to the new name: nothing more is spent.",),
    "data_fault": ("Check the source of the data before anything else.",),
    "unknown": ("Look at the table of parts for what moved most.", "Record what it was once it is known."),
}


def next_steps(explanation: Explanation) -> tuple[str, ...]:
    """One or two steps that fit the cause."""
    return NEXT_STEPS[explanation.cause]
