"""What boto3 sees of a running Baton, given its endpoint by the environment only.

Everything goes through boto3's own model of the service: inputs and outputs are parsed by it, errors are its
exception classes. `python -m unittest` runs it.
"""
import json
import time
import unittest
import uuid

import boto3
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/anything"
sfn = boto3.client("stepfunctions")


def machine(states, **more):
    return json.dumps({"StartAt": next(iter(states)), "States": states, **more})


PASS = machine({"P": {"Type": "Pass", "End": True}})
WAIT = machine({"W": {"Type": "Wait", "Seconds": 3600, "End": True}})


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def create(definition=PASS, **more):
    return sfn.create_state_machine(name=unique("m"), definition=definition, roleArn=ROLE, **more)["stateMachineArn"]


def until(look, wanted, seconds=20):
    """As boto3's waiters do: asks until it is so."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if wanted(found):
            return found
        if time.monotonic() > end:
            raise AssertionError(f"still {found}")
        time.sleep(0.02)


def ended(arn):
    return until(lambda: sfn.describe_execution(executionArn=arn), lambda found: found["status"] != "RUNNING")


def run(machine_arn, **more):
    return ended(sfn.start_execution(stateMachineArn=machine_arn, **more)["executionArn"])


def types(arn, **more):
    return [event["type"] for event in sfn.get_execution_history(executionArn=arn, **more)["events"]]


class Case(unittest.TestCase):
    def refused(self, name, call, message=None):
        with self.assertRaises(ClientError) as raised:
            call()
        error = raised.exception.response["Error"]
        self.assertEqual(error["Code"], name, error)
        self.assertEqual(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        if message:
            self.assertIn(message, error["Message"])


class LifeCycle(Case):
    def test_create_is_idempotent_and_update_makes_revisions(self):
        name = unique("cycle")
        first = sfn.create_state_machine(name=name, definition=PASS, roleArn=ROLE)
        again = sfn.create_state_machine(name=name, definition=PASS, roleArn=ROLE + "-other")
        arn = first["stateMachineArn"]
        self.assertEqual((again["stateMachineArn"], again["creationDate"]), (arn, first["creationDate"]))
        self.refused(
            "StateMachineAlreadyExists",
            lambda: sfn.create_state_machine(name=name, definition=WAIT, roleArn=ROLE),
            f"State Machine Already Exists: '{arn}'",
        )
        before = sfn.describe_state_machine(stateMachineArn=arn)
        self.assertEqual(before["loggingConfiguration"], {"level": "OFF", "includeExecutionData": False})
        self.assertEqual(before["tracingConfiguration"], {"enabled": False})
        self.assertEqual(before["encryptionConfiguration"], {"type": "AWS_OWNED_KEY"})
        self.assertEqual((before["type"], before["status"]), ("STANDARD", "ACTIVE"))
        updated = sfn.update_state_machine(stateMachineArn=arn, definition=WAIT)
        after = sfn.describe_state_machine(stateMachineArn=arn)
        self.assertEqual(after["revisionId"], updated["revisionId"])
        self.assertNotEqual(after["revisionId"], before.get("revisionId"))
        self.assertEqual(after["definition"], WAIT)
        self.refused("MissingRequiredParameter", lambda: sfn.update_state_machine(stateMachineArn=arn))

    def test_delete_ends_what_runs(self):
        arn = create(WAIT)
        execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
        sfn.delete_state_machine(stateMachineArn=arn)
        sfn.delete_state_machine(stateMachineArn=arn)

        def gone():
            try:
                return sfn.describe_state_machine(stateMachineArn=arn)["status"]
            except sfn.exceptions.StateMachineDoesNotExist:
                return None

        until(gone, lambda found: found is None)
        self.refused("StateMachineDoesNotExist", lambda: sfn.start_execution(stateMachineArn=arn))
        self.assertNotIn(arn, [each["stateMachineArn"] for each in sfn.list_state_machines()["stateMachines"]])
        self.assertEqual(ended(execution)["status"], "ABORTED")

    def test_validation(self):
        answer = sfn.validate_state_machine_definition(definition=PASS)
        self.assertEqual((answer["result"], answer["diagnostics"]), ("OK", []))
        broken = machine({"P": {"Type": "Pass", "Next": "Nowhere"}})
        answer = sfn.validate_state_machine_definition(definition=broken, maxResults=1)
        self.assertEqual(answer["result"], "FAIL")
        self.assertEqual(answer["diagnostics"][0]["code"], "MISSING_TRANSITION_TARGET")
        self.refused("InvalidDefinition", lambda: create(broken), "MISSING_TRANSITION_TARGET")
        self.refused("InvalidDefinition", lambda: create("{"))
        name = "no spaces"
        refused = lambda: sfn.create_state_machine(name=name, definition=PASS, roleArn=ROLE)
        self.refused("InvalidName", refused, f"Invalid Name: '{name}'")
        self.refused("InvalidArn", lambda: sfn.describe_state_machine(stateMachineArn="nonsense"))

    def test_tags(self):
        arn = create(tags=[{"key": "a", "value": "1"}])
        sfn.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}, {"key": "a", "value": "3"}])
        sfn.untag_resource(resourceArn=arn, tagKeys=["b", "absent"])
        self.assertEqual(sfn.list_tags_for_resource(resourceArn=arn)["tags"], [{"key": "a", "value": "3"}])
        self.refused("ResourceNotFound", lambda: sfn.list_tags_for_resource(resourceArn=arn + "x"))


class Versions(Case):
    def test_versions_and_aliases(self):
        arn = create(publish=True, versionDescription="first")
        sfn.update_state_machine(stateMachineArn=arn, definition=WAIT)
        second = sfn.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
        self.assertEqual(second, sfn.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"])
        self.assertEqual(second, f"{arn}:2")
        listed = sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
        self.assertEqual([each["stateMachineVersionArn"] for each in listed], [f"{arn}:2", f"{arn}:1"])
        routing = [{"stateMachineVersionArn": f"{arn}:1", "weight": 100}]
        alias = sfn.create_state_machine_alias(name="live", routingConfiguration=routing)["stateMachineAliasArn"]
        self.assertEqual(alias, f"{arn}:live")
        execution = run(alias)
        self.assertEqual((execution["status"], execution["stateMachineVersionArn"]), ("SUCCEEDED", f"{arn}:1"))
        self.assertEqual(execution["stateMachineAliasArn"], alias)
        self.refused("ConflictException", lambda: sfn.delete_state_machine_version(stateMachineVersionArn=f"{arn}:1"))
        halves = [{"stateMachineVersionArn": f"{arn}:{n}", "weight": 50} for n in (1, 2)]
        sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=halves)
        shown = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
        self.assertEqual(shown["routingConfiguration"], halves)
        wrong = [{"stateMachineVersionArn": f"{arn}:1", "weight": 99}]
        self.refused(
            "ValidationException",
            lambda: sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=wrong),
        )
        aliases = sfn.list_state_machine_aliases(stateMachineArn=arn)["stateMachineAliases"]
        self.assertEqual([each["stateMachineAliasArn"] for each in aliases], [alias])
        sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
        sfn.delete_state_machine_version(stateMachineVersionArn=f"{arn}:1")
        self.refused("ResourceNotFound", lambda: sfn.describe_state_machine_alias(stateMachineAliasArn=alias))


class Executions(Case):
    def test_start_is_idempotent_while_it_runs(self):
        arn = create(WAIT)
        first = sfn.start_execution(stateMachineArn=arn, name="one", input='{"n": 1}')
        again = sfn.start_execution(stateMachineArn=arn, name="one", input='{"n": 1}')
        self.assertEqual((again["executionArn"], again["startDate"]), (first["executionArn"], first["startDate"]))
        other = lambda: sfn.start_execution(stateMachineArn=arn, name="one", input='{"n": 2}')
        self.refused("ExecutionAlreadyExists", other)
        sfn.stop_execution(executionArn=first["executionArn"], error="Enough", cause="of it")
        stopped = ended(first["executionArn"])
        self.assertEqual((stopped["status"], stopped["error"], stopped["cause"]), ("ABORTED", "Enough", "of it"))
        same = lambda: sfn.start_execution(stateMachineArn=arn, name="one", input='{"n": 1}')
        self.refused("ExecutionAlreadyExists", same)
        self.refused("InvalidExecutionInput", lambda: sfn.start_execution(stateMachineArn=arn, input="{"))
        missing = first["executionArn"] + "x"
        self.refused("ExecutionDoesNotExist", lambda: sfn.describe_execution(executionArn=missing))

    def test_pages(self):
        arn = create()
        started = {run(arn)["executionArn"] for _ in range(5)}
        pages = sfn.get_paginator("list_executions").paginate(stateMachineArn=arn, PaginationConfig={"PageSize": 2})
        found = [each["executionArn"] for page in pages for each in page["executions"]]
        self.assertEqual((len(found), set(found)), (5, started))
        states = {f"P{n}": {"Type": "Pass", "Next": f"P{n + 1}"} for n in range(9)}
        long = run(create(machine({**states, "P9": {"Type": "Succeed"}})))["executionArn"]
        pages = sfn.get_paginator("get_execution_history").paginate(executionArn=long, PaginationConfig={"PageSize": 7})
        ids = [event["id"] for page in pages for event in page["events"]]
        self.assertEqual(ids, list(range(1, 23)))
        backwards = sfn.get_execution_history(executionArn=long, reverseOrder=True, maxResults=1)
        self.assertEqual(backwards["events"][0]["type"], "ExecutionSucceeded")
        self.refused("InvalidToken", lambda: sfn.list_executions(stateMachineArn=arn, nextToken="nonsense"))

    def test_failure_and_redrive(self):
        activity = sfn.create_activity(name=unique("redriven"))["activityArn"]
        task = {"Type": "Task", "Resource": activity, "End": True}
        arn = create(machine({"First": {"Type": "Pass", "Next": "T"}, "T": task}))
        execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
        taken = sfn.get_activity_task(activityArn=activity)
        sfn.send_task_failure(taskToken=taken["taskToken"], error="Oops", cause="so")
        failed = ended(execution)
        self.assertEqual((failed["status"], failed["error"], failed["redriveStatus"]), ("FAILED", "Oops", "REDRIVABLE"))
        sfn.redrive_execution(executionArn=execution)
        taken = sfn.get_activity_task(activityArn=activity)
        sfn.send_task_success(taskToken=taken["taskToken"], output='"fine"')
        redriven = ended(execution)
        self.assertEqual((redriven["status"], redriven["redriveCount"]), ("SUCCEEDED", 1))
        self.assertEqual(types(execution).count("ExecutionRedriven"), 1)
        self.refused("ExecutionNotRedrivable", lambda: sfn.redrive_execution(executionArn=execution))

    def test_express(self):
        arn = create(type="EXPRESS")
        answer = sfn.start_sync_execution(stateMachineArn=arn, input='{"n": 7}')
        self.assertEqual((answer["status"], json.loads(answer["output"])), ("SUCCEEDED", {"n": 7}))
        self.assertGreaterEqual(answer["billingDetails"]["billedDurationInMilliseconds"], 100)
        self.refused("StateMachineTypeNotSupported", lambda: sfn.start_sync_execution(stateMachineArn=create()))
        self.refused("StateMachineTypeNotSupported", lambda: sfn.list_executions(stateMachineArn=arn))


class Tasks(Case):
    def test_activities(self):
        name = unique("pack")
        arn = sfn.create_activity(name=name)["activityArn"]
        self.assertEqual(sfn.create_activity(name=name)["activityArn"], arn)
        self.assertEqual(sfn.describe_activity(activityArn=arn)["name"], name)
        self.assertIn(arn, [each["activityArn"] for each in sfn.list_activities()["activities"]])
        task = {"Type": "Task", "Resource": arn, "HeartbeatSeconds": 600, "End": True}
        execution = sfn.start_execution(stateMachineArn=create(machine({"T": task})), input='{"box": 1}')["executionArn"]
        taken = sfn.get_activity_task(activityArn=arn, workerName="ann")
        self.assertEqual(json.loads(taken["input"]), {"box": 1})
        token = taken["taskToken"]
        sfn.send_task_heartbeat(taskToken=token)
        self.refused("InvalidOutput", lambda: sfn.send_task_success(taskToken=token, output="{"))
        sfn.send_task_success(taskToken=token, output='{"done": true}')
        self.assertEqual(json.loads(ended(execution)["output"]), {"done": True})
        self.refused("TaskTimedOut", lambda: sfn.send_task_success(taskToken=token, output="{}"))
        self.refused("InvalidToken", lambda: sfn.send_task_heartbeat(taskToken=token[:-4] + "AAAA"))
        sfn.delete_activity(activityArn=arn)
        self.refused("ActivityDoesNotExist", lambda: sfn.get_activity_task(activityArn=arn))

    def test_map_run(self):
        processor = {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **json.loads(PASS),
        }
        states = {"M": {"Type": "Map", "Label": "each", "ItemProcessor": processor, "End": True}}
        execution = run(create(machine(states)), input="[1, 2, 3]")
        self.assertEqual(json.loads(execution["output"]), [1, 2, 3])
        runs = sfn.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
        shown = sfn.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
        self.assertEqual((shown["status"], shown["itemCounts"]["succeeded"], shown["executionCounts"]["total"]), ("SUCCEEDED", 3, 3))
        children = sfn.list_executions(mapRunArn=runs[0]["mapRunArn"])["executions"]
        self.assertEqual(sorted(each["itemCount"] for each in children), [1, 1, 1])
        child = sfn.describe_execution(executionArn=children[0]["executionArn"])
        self.assertEqual(child["mapRunArn"], runs[0]["mapRunArn"])
        self.refused("ResourceNotFound", lambda: sfn.describe_map_run(mapRunArn=runs[0]["mapRunArn"][:-1] + "x"))

    def test_test_state(self):
        state = {"Type": "Pass", "Result": {"a": 1}, "ResultPath": "$.r", "Next": "N"}
        answer = sfn.test_state(definition=json.dumps(state), roleArn=ROLE, input='{"x": 1}', inspectionLevel="DEBUG")
        self.assertEqual((answer["status"], answer["nextState"]), ("SUCCEEDED", "N"))
        self.assertEqual(json.loads(answer["output"]), {"x": 1, "r": {"a": 1}})
        self.assertEqual(json.loads(answer["inspectionData"]["result"]), {"a": 1})


class Terraform(Case):
    """The order of calls of Terraform's AWS provider for aws_sfn_state_machine, aws_sfn_alias and aws_sfn_activity."""

    def read_machine(self, arn):
        """What a refresh puts into the state file; the plan has no difference where it stays."""
        shown = sfn.describe_state_machine(stateMachineArn=arn)
        versions = sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
        tags = sfn.list_tags_for_resource(resourceArn=arn)["tags"]
        kept = {key: value for key, value in shown.items() if key != "ResponseMetadata"}
        return {**kept, "version": versions[0]["stateMachineVersionArn"] if versions else None, "tags": tags}

    def read_alias(self, arn):
        shown = sfn.describe_state_machine_alias(stateMachineAliasArn=arn)
        return {key: shown.get(key) for key in ("name", "description", "creationDate", "routingConfiguration")}

    def test_apply_twice_change_and_destroy(self):
        name = unique("tf")
        logging = {"level": "OFF", "includeExecutionData": False}
        asked = dict(definition=PASS, publish=True, roleArn=ROLE)
        # plan, apply
        self.assertEqual(sfn.validate_state_machine_definition(definition=PASS, type="STANDARD")["result"], "OK")
        tags = [{"key": "team", "value": "shop"}]
        arn = sfn.create_state_machine(name=name, type="STANDARD", tags=tags, **asked)["stateMachineArn"]
        created = self.read_machine(arn)
        self.assertEqual((created["version"], created["tags"]), (f"{arn}:1", tags))
        routing = [{"stateMachineVersionArn": f"{arn}:1", "weight": 100}]
        alias = sfn.create_state_machine_alias(name="live", description="", routingConfiguration=routing)
        alias = alias["stateMachineAliasArn"]
        first_alias = self.read_alias(alias)
        activity = sfn.create_activity(name=name, tags=tags)["activityArn"]
        first_activity = sfn.describe_activity(activityArn=activity)["creationDate"]
        # second plan: nothing differs
        self.assertEqual(self.read_machine(arn), created)
        self.assertEqual(self.read_alias(alias), first_alias)
        self.assertEqual(sfn.describe_activity(activityArn=activity)["creationDate"], first_activity)
        # changed definition, logging and tracing; the version's description is sent empty
        sfn.update_state_machine(
            stateMachineArn=arn,
            versionDescription="",
            loggingConfiguration=logging,
            tracingConfiguration={"enabled": True},
            encryptionConfiguration={"type": "AWS_OWNED_KEY"},
            **{**asked, "definition": WAIT},
        )
        changed = self.read_machine(arn)
        self.assertEqual((changed["definition"], changed["version"]), (WAIT, f"{arn}:2"))
        self.assertEqual((changed["tracingConfiguration"], changed["loggingConfiguration"]), ({"enabled": True}, logging))
        halves = [{"stateMachineVersionArn": f"{arn}:{n}", "weight": 50} for n in (1, 2)]
        sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=halves)
        self.assertEqual(self.read_alias(alias)["routingConfiguration"], halves)
        sfn.untag_resource(resourceArn=arn, tagKeys=["team"])
        sfn.tag_resource(resourceArn=arn, tags=[{"key": "owner", "value": "ann"}])
        self.assertEqual(self.read_machine(arn), {**changed, "tags": [{"key": "owner", "value": "ann"}]})
        # the same update again makes no version
        sfn.update_state_machine(stateMachineArn=arn, versionDescription="", **{**asked, "definition": WAIT})
        self.assertEqual(self.read_machine(arn)["version"], f"{arn}:2")
        # destroy
        sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
        self.refused("ResourceNotFound", lambda: sfn.describe_state_machine_alias(stateMachineAliasArn=alias))
        sfn.delete_activity(activityArn=activity)
        self.refused("ActivityDoesNotExist", lambda: sfn.describe_activity(activityArn=activity))
        sfn.delete_state_machine(stateMachineArn=arn)

        def gone():
            try:
                return sfn.describe_state_machine(stateMachineArn=arn)["status"]
            except sfn.exceptions.StateMachineDoesNotExist:
                return None

        self.assertIsNone(until(gone, lambda found: found is None))


if __name__ == "__main__":
    unittest.main()
