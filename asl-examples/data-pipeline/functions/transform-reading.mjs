/** One row in the warehouse's units, or what is wrong with it. A bad row is an answer, not an error. */
const toCelsius = { C: (value) => value, F: (value) => ((value - 32) * 5) / 9 };
const coldest = -90;
const hottest = 60;

export const handler = async ({ line, row }) => {
  const problem = problemOf(row);
  if (problem) return { line, usable: false, problem };
  const celsius = Math.round(toCelsius[row.unit](Number(row.temperature)) * 10) / 10;
  if (celsius < coldest || celsius > hottest)
    return { line, usable: false, problem: `${celsius} degrees are not weather` };
  const [station = ""] = row.station.split(",");
  return { line, usable: true, station, measuredAt: row.measured_at, celsius, humidity: Number(row.humidity) };
};

function problemOf({ measured_at: measuredAt, temperature, unit, humidity }) {
  if (Number.isNaN(Date.parse(measuredAt))) return `measured_at is not a time: '${measuredAt}'`;
  if (temperature === "" || Number.isNaN(Number(temperature))) return `temperature is not a number: '${temperature}'`;
  if (!(unit in toCelsius)) return `unit is neither C nor F: '${unit}'`;
  if (!(Number(humidity) >= 0 && Number(humidity) <= 100)) return `humidity is not a percentage: '${humidity}'`;
  return undefined;
}
