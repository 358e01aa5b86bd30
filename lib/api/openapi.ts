/**
 * The OpenAPI 3.1 document of the REST face, made of the routes and of the shapes that the operations check
 * their input by: what it promises is what is enforced.
 */
import { answers, type Schema } from "./answers.ts";
import { refusedCharacters } from "./name.ts";
import { longestUrlText, longestWaitSeconds, memberShape } from "./rest-input.ts";
import { restOperations } from "./rest-operations.ts";
import { type BodyMember, type Route, routes } from "./routes.ts";
import type { Shape } from "./shape.ts";

/** The version of the service's API that the operations follow. */
const apiVersion = "2016-11-23";

export function openApiDocument(basePath: string): object {
  const paths = new Set(routes.map(({ path }) => path));
  return {
    openapi: "3.1.0",
    info: {
      title: "Baton",
      version: apiVersion,
      description: "State machines in the Amazon States Language. The AWS SDKs use POST / of the same host.",
    },
    servers: [{ url: basePath === "" ? "/" : basePath }],
    paths: Object.fromEntries([...paths].map((path) => [path, pathItem(path)])),
    components: { schemas: answers },
  };
}

function pathItem(path: string): object {
  const found = routes.filter((route) => route.path === path);
  return Object.fromEntries(found.map((route) => [route.method.toLowerCase(), described(route)]));
}

function described(route: Route): object {
  return {
    operationId: route.operation,
    summary: route.summary,
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(route.body && { requestBody: requestBody(route, route.body) }),
    responses: responses(route),
  };
}

/** A name that is too long is none that exists. */
const name: Schema = { type: "string", minLength: 1, pattern: `^[^${refusedCharacters}]+$` };
const pathSchemas = new Map<string, Schema>([["token", { type: "string", minLength: 1, maxLength: 2048 }]]);

function pathParameters({ path }: Route): readonly object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => ({
    name: parameter,
    in: "path",
    required: true,
    schema: pathSchemas.get(parameter) ?? name,
  }));
}

function queryParameters({ operation, query = {}, waits }: Route): readonly object[] {
  const parameters = Object.entries(query).map(([parameter, member]) => ({
    name: parameter,
    in: "query",
    schema: inUrl(schemaOf(memberShape(operation, member))),
  }));
  if (!waits) return parameters;
  const schema = { type: "integer", minimum: 0, maximum: longestWaitSeconds };
  return [...parameters, { name: "wait", in: "query", description: "Seconds to wait for the end", schema }];
}

function inUrl(schema: Schema): Schema {
  return schema.maxLength === undefined ? schema : { ...schema, maxLength: Math.min(schema.maxLength, longestUrlText) };
}

function requestBody({ operation, defaults }: Route, members: Readonly<Record<string, BodyMember>>): object {
  const required = Object.keys(restOperations[operation].input.required).filter(
    (member) => member in members && !(defaults && member === "roleArn"),
  );
  const properties = Object.fromEntries(
    Object.entries(members).map(([member, as]) => [member, bodySchema(as, memberShape(operation, member))]),
  );
  const schema = { type: "object", properties, ...(required.length > 0 && { required }) };
  return { required: required.length > 0, content: { "application/json": { schema } } };
}

function bodySchema(as: BodyMember, shape: Shape): Schema {
  switch (as) {
    case "value":
      return schemaOf(shape);
    case "json":
      return { description: "Any JSON value" };
    case "json or its text":
      return { description: "An object, or its text", anyOf: [{ type: "object" }, schemaOf(shape)] };
  }
}

function responses({ status, answer, waits }: Route): object {
  return {
    [status]: answer ? response("Done", reference(answer)) : { description: "Done" },
    ...(waits && { 200: response("Ended", reference("Execution")), 202: response("Runs", reference("Execution")) }),
    default: response("Refused", reference("Problem"), "application/problem+json"),
  };
}

function response(description: string, schema: Schema, type = "application/json"): object {
  return { description, content: { [type]: { schema } } };
}

function reference(answer: keyof typeof answers): Schema {
  return { $ref: `#/components/schemas/${answer}` };
}

/** The shape as a JSON Schema. Lengths count UTF-16 units here and characters there: the document allows a few more. */
function schemaOf(shape: Shape): Schema {
  switch (shape.kind) {
    case "text":
      return {
        type: "string",
        ...(shape.min !== undefined && { minLength: shape.min }),
        ...(shape.max !== undefined && { maxLength: shape.max }),
        ...(shape.pattern !== undefined && { pattern: shape.pattern }),
        ...(shape.allowed && { enum: shape.allowed }),
      };
    case "integer":
      return { type: "integer", minimum: shape.min, maximum: shape.max };
    case "number":
      return { type: "number", minimum: shape.min, maximum: shape.max };
    case "flag":
      return { type: "boolean" };
    case "list":
      return {
        type: "array",
        items: schemaOf(shape.of),
        ...(shape.min !== undefined && { minItems: shape.min }),
        ...(shape.max !== undefined && { maxItems: shape.max }),
      };
    case "structure": {
      const members = Object.entries({ ...shape.required, ...shape.optional });
      return {
        type: "object",
        properties: Object.fromEntries(members.map(([member, of]) => [member, schemaOf(of)])),
        required: Object.keys(shape.required),
      };
    }
  }
}
