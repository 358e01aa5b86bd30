/** How much of it can be used, and what is wrong with the rest. */
export const handler = async ({ readings }) => {
  const rejected = readings.filter(({ usable }) => !usable);
  const usable = readings.length - rejected.length;
  return {
    total: readings.length,
    usable,
    usableShare: readings.length === 0 ? 0 : Math.round((usable / readings.length) * 1000) / 1000,
    rejected: rejected.map(({ line, problem }) => `line ${line + 2}: ${problem}`),
  };
};
