/** Hands a task token to the bench, which answers it through the API. */
export async function handler({ token }) {
  await fetch(process.env.BENCH_TOKENS, { method: "POST", body: token });
  return {};
}
