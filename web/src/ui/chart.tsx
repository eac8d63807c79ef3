import { useWords } from "../text/rooms";
import { barsOf, roundUp } from "./chart_scale";
import "./chart.css";

export type Point = { key: string; name: string; value: number };

const WIDTH = 720;
const HEIGHT = 180;

/** Values over time as bars, drawn, and the same as a table for who would rather read them. */
export function Chart({
  name,
  points,
  write,
  columns,
}: {
  name: string;
  points: readonly Point[];
  /** How a value is written. */
  write: (value: number) => string;
  /** What the two columns of the table are called. */
  columns: readonly [string, string];
}) {
  const { said } = useWords("console");
  const bars = barsOf(
    points.map(({ value }) => value),
    WIDTH,
    HEIGHT,
  );
  const top = roundUp(Math.max(0, ...points.map(({ value }) => value)));
  return (
    <figure class="chart">
      <figcaption class="unseen">{name}</figcaption>
      <div class="chart-drawn" aria-hidden="true">
        <span class="chart-top">{write(top)}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path
            class="chart-lines"
            d={`M0 .5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`}
          />
          {bars.map((bar, index) => {
            const point = points[index];
            return (
              <rect key={point?.key} {...bar}>
                <title>{point && `${point.name}: ${write(point.value)}`}</title>
              </rect>
            );
          })}
        </svg>
        <div class="chart-ends">
          <span>{points[0]?.name}</span>
          <span>{points.at(-1)?.name}</span>
        </div>
      </div>
      <details>
        <summary>{said.chartTable}</summary>
        <table class="table">
          <caption class="unseen">{name}</caption>
          <thead>
            <tr>
              <th scope="col">{columns[0]}</th>
              <th scope="col" class="table-end">
                {columns[1]}
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.key}>
                <th scope="row">{point.name}</th>
                <td class="table-end">{write(point.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
