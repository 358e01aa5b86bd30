/**
 * Lets somebody see every request that the adapter makes: the bench counts them against the budgets. It
 * sits around the whole call, so a request that the SDK repeated is seen once, with its number of attempts.
 */
import { table } from "./names.ts";
import type { AwsClients } from "./settings.ts";

export interface RequestSeen {
  readonly service: keyof AwsClients;
  /** As AWS names it: PutItem, SendMessageBatch … */
  readonly operation: string;
  /** Entries of a batch or a transaction; 1 for what carries one. */
  readonly entries: number;
  /** What each entry is about, where that can be told: the partition of the table, the group of a message, the object. */
  readonly about: readonly string[];
  /** Length of the request's body on its way out. */
  readonly bytes: number;
  /** Capacity units that DynamoDB charged, where it says so. */
  readonly capacity?: number;
  readonly attempts: number;
  readonly failed: boolean;
}

type OnRequest = (request: RequestSeen) => void;

interface Arguments {
  readonly input: object;
  readonly request?: unknown;
}

/** The part of a middleware stack that this needs; every client's own stack has its own type. */
interface Countable {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: Arguments) => Promise<{ output: object; response: unknown }>,
        context: { readonly commandName?: string },
      ) => (args: Arguments) => Promise<{ output: object; response: unknown }>,
      options: { readonly step: "initialize" | "build"; readonly name: string },
    ): void;
  };
}

export function countRequests(clients: AwsClients, onRequest: OnRequest): void {
  for (const service of Object.keys(clients) as (keyof AwsClients)[]) {
    // The stacks differ only in the union of inputs they carry, and this looks at no input's own fields.
    count(clients[service] as unknown as Countable, service, onRequest);
  }
}

function count(client: Countable, service: keyof AwsClients, onRequest: OnRequest): void {
  /** The context is one object for the whole of a call, so the body's length is found again at its end. */
  const sizes = new WeakMap<object, number>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = (context.commandName ?? "").replace(/Command$/, "");
      const about = aboutOf(args.input);
      const seen = () => ({
        service,
        operation,
        entries: entriesOf(args.input),
        about,
        bytes: sizes.get(context) ?? 0,
      });
      const input = service === "dynamodb" ? { ...args.input, ReturnConsumedCapacity: "TOTAL" } : args.input;
      try {
        const answer = await next({ ...args, input });
        onRequest({ ...seen(), ...measured(answer.output), failed: false });
        return answer;
      } catch (error) {
        onRequest({ ...seen(), ...measured(error), failed: true });
        throw error;
      }
    },
    { step: "initialize", name: "batonCountRequests" },
  );
  client.middlewareStack.add(
    (next, context) => (args) => {
      sizes.set(context, bodyLength(args.request));
      return next(args);
    },
    { step: "build", name: "batonMeasureRequests" },
  );
}

function bodyLength(request: unknown): number {
  const body = (request as { readonly body?: unknown } | undefined)?.body;
  if (typeof body === "string") return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.byteLength : 0;
}

/** The fields of the adapter's own requests that say what they are about. */
interface Subject {
  readonly Key?: PartitionKey | string;
  readonly Item?: PartitionKey;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string } | undefined>>;
  readonly MessageGroupId?: string;
}

type PartitionKey = Readonly<Record<string, { readonly S?: string } | undefined>>;

function aboutOf(input: object): readonly string[] {
  const { Entries, TransactItems } = input as { Entries?: readonly Subject[]; TransactItems?: readonly object[] };
  const subjects = Entries ?? TransactItems?.flatMap((item): Subject[] => Object.values(item)) ?? [input as Subject];
  return subjects.flatMap(({ Key, Item, ExpressionAttributeValues: values, MessageGroupId }) => {
    const row = Item ?? (typeof Key === "string" ? undefined : Key);
    const key = row?.[table.partitionKey]?.S ?? values?.[":pk"]?.S ?? MessageGroupId ?? Key;
    return typeof key === "string" ? [key] : [];
  });
}

function entriesOf(input: object): number {
  const { Entries, TransactItems, RequestItems } = input as Record<string, unknown>;
  if (Array.isArray(Entries)) return Entries.length;
  if (Array.isArray(TransactItems)) return TransactItems.length;
  if (typeof RequestItems !== "object" || RequestItems === null) return 1;
  return Object.values(RequestItems).reduce((sum: number, rows) => sum + (Array.isArray(rows) ? rows.length : 1), 0);
}

function measured(answer: unknown): { capacity?: number; attempts: number } {
  const { $metadata, ConsumedCapacity } = answer as {
    $metadata?: { attempts?: number };
    ConsumedCapacity?: { CapacityUnits?: number } | readonly { CapacityUnits?: number }[];
  };
  const attempts = $metadata?.attempts ?? 1;
  if (ConsumedCapacity === undefined) return { attempts };
  const parts = Array.isArray(ConsumedCapacity) ? ConsumedCapacity : [ConsumedCapacity];
  return { attempts, capacity: parts.reduce((sum, part) => sum + (part.CapacityUnits ?? 0), 0) };
}
