/** 200 kills, as many as `BATON_KILLS` says: the same loop as in `embedded-kill.test.ts`, for longer. */
process.env["BATON_KILLS"] ??= "200";
await import("./embedded-kill.test.ts");
