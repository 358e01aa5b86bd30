/**
 * Amazon DynamoDB: get, put, update and delete of one item, in DynamoDB's own JSON. An attribute's value may be plain
 * text, as published definitions for Step Functions have it: `"id.$": "$.id"` is `"id": { "S.$": "$.id" }`.
 */
import type { Service } from "../service.ts";

export const dynamodb: Service = {
  resource: "dynamodb",
  sdk: "dynamodb",
  prefix: "DynamoDB",
  product: "AmazonDynamoDBv2",
  generalException: "AmazonDynamoDBException",
  plainText: "S",
  actions: { getItem: {}, putItem: {}, updateItem: {}, deleteItem: {} },
};
