/** Amazon DynamoDB: get, put, update and delete of one item, in DynamoDB's own JSON. */
import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { atTheAnswer } from "./sdk-call.ts";
import type { Service } from "./service.ts";

export const dynamodb: Service = {
  resource: "dynamodb",
  prefix: "DynamoDB",
  product: "AmazonDynamoDBv2",
  generalException: "AmazonDynamoDBException",
  packageName: "@aws-sdk/client-dynamodb",
  actions: ["getItem", "putItem", "updateItem", "deleteItem"],
  textParameters: [],
  // The service is the judge of a definition's parameters.
  connect: async (settings) => {
    const sdk = await import("@aws-sdk/client-dynamodb");
    const client = new sdk.DynamoDBClient(settings);
    return {
      getItem: (parameters, { middleware, options }) => {
        const command = new sdk.GetItemCommand(withBinary(parameters) as GetItemCommandInput);
        command.middlewareStack.add(middleware, atTheAnswer);
        return client.send(command, options);
      },
      putItem: (parameters, { middleware, options }) => {
        const command = new sdk.PutItemCommand(withBinary(parameters) as PutItemCommandInput);
        command.middlewareStack.add(middleware, atTheAnswer);
        return client.send(command, options);
      },
      updateItem: (parameters, { middleware, options }) => {
        const command = new sdk.UpdateItemCommand(withBinary(parameters) as UpdateItemCommandInput);
        command.middlewareStack.add(middleware, atTheAnswer);
        return client.send(command, options);
      },
      deleteItem: (parameters, { middleware, options }) => {
        const command = new sdk.DeleteItemCommand(withBinary(parameters) as DeleteItemCommandInput);
        command.middlewareStack.add(middleware, atTheAnswer);
        return client.send(command, options);
      },
    };
  },
};

/** Binary attributes are base64 in JSON, and bytes to the SDK. */
function withBinary(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBinary);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (name === "B" && typeof item === "string") return [name, Buffer.from(item, "base64")];
      if (name === "BS" && Array.isArray(item)) return [name, item.map((each) => Buffer.from(String(each), "base64"))];
      return [name, withBinary(item)];
    }),
  );
}
