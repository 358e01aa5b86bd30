/** Published versions of a machine, and the aliases that lead to them. */
import { call } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { Alias, MachineDescription, Version } from "../api/wire.ts";
import { Command } from "../parts/command.tsx";
import { Failed } from "../parts/failure.tsx";
import { Moment, useNow } from "../parts/time.tsx";

interface Route {
  readonly stateMachineVersionArn: string;
  readonly weight: number;
}

interface Loaded {
  readonly versions: readonly Version[];
  readonly aliases: readonly (Alias & { readonly routingConfiguration: readonly Route[] })[];
}

/** A version is published seldom, and a look costs two reads and one for each alias. */
const restMilliseconds = 10_000;

async function load(stateMachineArn: string): Promise<Loaded> {
  const [listed, named] = await Promise.all([
    call<{ stateMachineVersions: Version[] }>("ListStateMachineVersions", { stateMachineArn, maxResults: 1000 }),
    call<{ stateMachineAliases: Alias[] }>("ListStateMachineAliases", { stateMachineArn, maxResults: 1000 }),
  ]);
  const aliases = await Promise.all(
    named.stateMachineAliases.map(async (alias) => ({
      ...alias,
      ...(await call<{ routingConfiguration: Route[] }>("DescribeStateMachineAlias", {
        stateMachineAliasArn: alias.stateMachineAliasArn,
      })),
    })),
  );
  return { versions: listed.stateMachineVersions, aliases };
}

export function Versions({ machine: { stateMachineArn } }: { readonly machine: MachineDescription }) {
  const { value, error } = useLive({ key: stateMachineArn, load: () => load(stateMachineArn), restMilliseconds });
  const now = useNow();
  if (error && !value) return <Failed error={error} />;
  if (!value) return <p class="empty">Loading…</p>;
  const { versions, aliases } = value;
  return (
    <div class="panel flow">
      <h2>Aliases</h2>
      {aliases.length === 0 && (
        <>
          <p class="quiet">None. An alias is a name that stays while the version behind it changes.</p>
          <Command line="baton deploy FILE --alias live" />
        </>
      )}
      <ul class="children">
        {aliases.map(({ stateMachineAliasArn, routingConfiguration }) => (
          <li key={stateMachineAliasArn}>
            <strong>{lastOf(stateMachineAliasArn)}</strong>{" "}
            {routingConfiguration
              .map(({ stateMachineVersionArn, weight }) => `version ${lastOf(stateMachineVersionArn)}: ${weight} %`)
              .join(", ")}
          </li>
        ))}
      </ul>
      <h2>Versions</h2>
      {versions.length === 0 && (
        <>
          <p class="quiet">
            None has been published. A version is a definition kept as it is, to be run by its number.
          </p>
          <Command line="baton deploy FILE --publish" />
        </>
      )}
      <ul class="children">
        {versions.map(({ stateMachineVersionArn, creationDate }) => (
          <li key={stateMachineVersionArn}>
            <strong>{lastOf(stateMachineVersionArn)}</strong>, published <Moment at={creationDate * 1_000} now={now} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function lastOf(arn: string): string {
  return arn.split(":").at(-1) ?? arn;
}
