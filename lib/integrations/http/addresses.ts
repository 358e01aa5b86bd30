/**
 * Addresses that an HTTP task must never reach, whatever its URL looks like: this machine and its network, where
 * Lambda's runtime, the cloud's metadata and whatever else trusts its neighbours would answer.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net";

const v4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8],
  ["100.64.0.0", 10], // carriers' NAT
  ["127.0.0.0", 8],
  ["169.254.0.0", 16], // link-local: metadata
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16],
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
];

/** Of IPv6 only what is routed globally may be reached … */
const v6Global: readonly (readonly [string, number])[] = [["2000::", 3]];
/** … but for these, which lead back into IPv4 or nowhere. */
const v6Special: readonly (readonly [string, number])[] = [
  ["2001::", 23], // Teredo and other protocols' own
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4
  ["3fff::", 20],
];

const forbiddenV4 = listOf(v4, "ipv4");
const globalV6 = listOf(v6Global, "ipv6");
const specialV6 = listOf(v6Special, "ipv6");
const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function listOf(subnets: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family);
  return list;
}

/** What is no address at all is forbidden, too. */
export function isForbidden(address: string): boolean {
  if (isIPv4(address)) return forbiddenV4.check(address, "ipv4");
  if (!isIPv6(address) || address.includes("%")) return true;
  return !globalV6.check(address, "ipv6") || specialV6.check(address, "ipv6");
}

export function isLoopback(address: string): boolean {
  if (isIPv4(address)) return loopback.check(address, "ipv4");
  return isIPv6(address) && loopback.check(address, "ipv6");
}
