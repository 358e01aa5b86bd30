/** Where in the form for a machine the API's refusal belongs, so that it is said there. */

export type Place = "name" | "roleArn" | "definition" | "form";

const places: Readonly<Record<string, Place>> = {
  InvalidName: "name",
  StateMachineAlreadyExists: "name",
  StateMachineDeleting: "name",
  InvalidArn: "roleArn",
  InvalidDefinition: "definition",
};

export function placeOf({ name, message }: Pick<Error, "name" | "message">): Place {
  const known = places[name];
  if (known !== undefined) return known;
  // ValidationException: "… at 'roleArn' failed to satisfy constraint: …"
  const [, member] = /\bat '(name|roleArn|definition)'/.exec(message) ?? [];
  return member === "name" || member === "roleArn" || member === "definition" ? member : "form";
}
