/** 1,000 power cuts, or as many as `BATON_CUTS` says: as in `local-power-cut.test.ts`, at more moments. */
process.env["BATON_CUTS"] ??= "1000";
await import("./local-power-cut.test.ts");
