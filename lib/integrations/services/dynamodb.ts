/** Amazon DynamoDB: get, put, update and delete of one item, in DynamoDB's own JSON. */
import type { Service } from "../service.ts";

export const dynamodb: Service = {
  resource: "dynamodb",
  sdk: "dynamodb",
  prefix: "DynamoDB",
  product: "AmazonDynamoDBv2",
  generalException: "AmazonDynamoDBException",
  actions: { getItem: {}, putItem: {}, updateItem: {}, deleteItem: {} },
};
