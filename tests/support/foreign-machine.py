"""Executes a state machine on moto's interpreter of the Amazon States Language.

Input: {definition, cases: {name: {input, answers: {phase: [answer, ...]}, entries: [answer, ...]}}}. Each call of the function takes the next
answer of its phase (the last one again and again), each putEvents the next of `entries`:
  {"payload": ...}   the function returns it      {"error": "Name"}     the function throws an error of that name
  {"refused": "X"}   Lambda itself refuses        {"fails": true}       EventBridge takes no entry
A phase with a token may say what then becomes of it: "success": output, "failure": "Name"; neither: nothing is heard of it.
Output: {name: {status, error, states, timedOut, calls, events, waits}}. The interpreter is moto's; played here are the function, the bus and the pauses
between retries, and two faults of its own are mended (docs/testing.md).
"""

import io
import json
import logging
import sys
import time
from unittest import mock

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.catch.catch_outcome import CatchOutcome
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_events
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)

REGION = "us-east-1"
MOST_SECONDS = 120
# It warns of any error name that is none of its own.
logging.disable(logging.ERROR)


class World:
    """The function and the bus of one execution, by their script."""

    def __init__(self, script, steps):
        self.answers = {phase: list(answers) for phase, answers in script["answers"].items()}
        self.entries = list(script.get("entries", [{}]))
        self.steps = steps
        self.calls, self.events, self.waits, self.after = [], [], [], {}

    @staticmethod
    def take(answers):
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def invoke(self, FunctionName, Payload, **_others):
        call = json.loads(Payload)
        token = call.pop("token", None)
        self.calls.append({"function": FunctionName, **call})
        answer = self.take(self.answers[call["phase"]])
        if token is not None:
            self.after[token] = answer
        if "refused" in answer:
            error = {"Code": answer["refused"], "Message": "Rate Exceeded."}
            metadata = {"HTTPStatusCode": 429, "RequestId": "request"}
            raise ClientError({"Error": error, "ResponseMetadata": metadata}, "Invoke")
        if "error" in answer:
            payload = {"errorType": answer["error"], "errorMessage": "of the test", "trace": []}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": body(payload)}
        return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": body(answer.get("payload"))}

    def put_events(self, Entries):
        self.events.append(Entries)
        if self.take(self.entries).get("fails"):
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "event"}]}

    def answer_token(self, token):
        answer = self.after.get(token, {})
        if "success" in answer:
            self.steps.send_task_success(taskToken=token, output=json.dumps(answer["success"]))
        elif "failure" in answer:
            self.steps.send_task_failure(taskToken=token, error=answer["failure"], cause="")


def body(payload):
    return io.BytesIO(json.dumps(payload).encode())


def play(definition, given, script):
    """One execution from its beginning to its end."""
    steps = boto3.client("stepfunctions", region_name=REGION)
    world = World(script, steps)
    wait_with_heartbeat = StateTaskServiceCallback._wait_for_task_token_heartbeat

    # A token answered before moto has set up the heartbeat is noticed only when that runs out: it is answered right after.
    def listen(self, env, callback_endpoint, heartbeat_endpoint):
        world.answer_token(callback_endpoint.callback_id)
        return wait_with_heartbeat(self, env, callback_endpoint, heartbeat_endpoint)

    # moto takes a Catch that leads to its own state for none that has chosen, and goes on to `Next`.
    set_next = ExecutionState._set_next

    def follow(self, env):
        if not (env.stack and env.stack[-1] is CatchOutcome.Caught):
            set_next(self, env)

    clock = mock.Mock(sleep=world.waits.append)
    with (
        mock.patch.object(lambda_eval_utils, "boto_client_for", lambda **_: world),
        mock.patch.object(state_task_service_events, "boto_client_for", lambda **_: world),
        mock.patch.object(StateTaskServiceCallback, "_wait_for_task_token_heartbeat", listen),
        mock.patch.object(ExecutionState, "_set_next", follow),
        mock.patch.object(retrier_decl, "time", clock),
    ):
        machine = steps.create_state_machine(
            name="game", definition=definition, roleArn="arn:aws:iam::123456789012:role/game"
        )
        started = steps.start_execution(
            stateMachineArn=machine["stateMachineArn"], name="GAB234-1", input=json.dumps(given)
        )
        return {**ended(steps, started["executionArn"]), **reported(world)}


def ended(steps, execution):
    """What became of it, once it has ended."""
    for _ in range(MOST_SECONDS * 50):
        described = steps.describe_execution(executionArn=execution)
        if described["status"] != "RUNNING":
            break
        time.sleep(0.02)
    history = steps.get_execution_history(executionArn=execution, maxResults=1000)["events"]
    states = [event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event]
    failed = [event["executionFailedEventDetails"] for event in history if "executionFailedEventDetails" in event]
    timed_out = [event["taskTimedOutEventDetails"]["error"] for event in history if "taskTimedOutEventDetails" in event]
    return {
        "status": described["status"],
        "error": failed[0].get("error") if failed else None,
        "states": states,
        "timedOut": timed_out,
    }


def reported(world):
    return {"calls": world.calls, "events": world.events, "waits": len(world.waits)}


def main():
    asked = json.load(sys.stdin)
    results = {}
    for name, script in asked["cases"].items():
        with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
            results[name] = play(asked["definition"], script["input"], script)
    json.dump(results, sys.stdout)


main()
