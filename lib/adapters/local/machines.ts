/** State machines on the local store: one row each, in order of name. What is changed is on disk when that is answered. */
import type { MachineRecord, Machines, Tenant } from "../../engine/ports.ts";
import { key, tables, text, under } from "./rows.ts";
import type { Store } from "./store.ts";

/** Every start reads its machine: those read last are kept as they were decoded. This process alone changes them. */
const mostKept = 100;

export function localMachines(store: Store): Machines {
  const kept = new Map<string, MachineRecord>();

  function read(name: string): MachineRecord | undefined {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const found = store.get(name);
    if (found === undefined) return undefined;
    const machine = decode(found);
    if (kept.size >= mostKept) kept.clear();
    kept.set(name, machine);
    return machine;
  }

  function write(name: string, machine: MachineRecord): void {
    kept.delete(name);
    store.put(name, JSON.stringify(machine));
  }

  return {
    async create(machine) {
      const name = rowKey(machine, machine.name);
      const there = read(name);
      if (there === undefined) write(name, machine);
      await store.durable(); // whoever created what is there may still be waiting for that, too
      return there === undefined ? { kind: "created" } : { kind: "exists", machine: there };
    },

    async replace(machine, expectedRevision) {
      const name = rowKey(machine, machine.name);
      if (read(name)?.revisionId !== expectedRevision) return "changed";
      write(name, machine);
      await store.durable();
      return "replaced";
    },

    async remove(machine) {
      const name = rowKey(machine, machine.name);
      if (read(name)?.createdAt === machine.createdAt) {
        kept.delete(name);
        store.remove(name);
      }
      await store.durable();
    },

    find: async (tenant, name) => read(rowKey(tenant, name)),

    async list(tenant, limit, after) {
      const all = under(tables.machine, text(tenant.account), text(tenant.region));
      const from = after === undefined ? all.from : `${rowKey(tenant, after)}\t`;
      const rows = store.range({ from, to: all.to, limit: limit + 1 });
      const items = rows.slice(0, limit).map(([, found]) => decode(found));
      const last = items.at(-1);
      return rows.length > limit && last !== undefined ? { items, next: last.name } : { items };
    },
  };
}

function rowKey({ account, region }: Tenant, name: string): string {
  return key(tables.machine, text(account), text(region), text(name));
}

function decode(found: string): MachineRecord {
  // Written above and nowhere else, so it has the shape.
  return JSON.parse(found) as MachineRecord;
}
