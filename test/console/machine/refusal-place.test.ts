/** Each refusal of CreateStateMachine is said at the field that it is about. */
import { expect, test } from "vitest";
import { placeOf } from "../../../console/machine/refusal-place.ts";

const at = (member: string): string =>
  `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to 80`;

test.each<[name: string, message: string, place: string]>([
  ["InvalidName", "Invalid Name: 'a b'", "name"],
  ["StateMachineAlreadyExists", "State Machine Already Exists: 'arn'", "name"],
  ["InvalidArn", "Invalid Role Arn: 'x'", "roleArn"],
  ["InvalidDefinition", "Invalid State Machine Definition: ''", "definition"],
  ["ValidationException", at("name"), "name"],
  ["ValidationException", at("roleArn"), "roleArn"],
  ["ValidationException", at("definition"), "definition"],
  ["ValidationException", at("tags"), "form"],
  ["AccessDeniedException", "User: arn is not authorized", "form"],
])("%s: %s", (name, message, place) => {
  expect(placeOf({ name, message })).toBe(place);
});
