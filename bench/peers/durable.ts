/** One round of Baton, embedded and durable, run by a process of its own as the peer's is. Prints transitions per second. */
import { chains } from "../embedded/chains.ts";

const [executions = "", inFlight = ""] = process.argv.slice(2);
const { perSecond } = await chains(Number(executions), Number(inFlight));
console.log(perSecond);
