import { Link } from "@tanstack/react-router";
import type { CorrectionDetail, Value } from "../../../api/types";
import { numeric, Table, wideOnly } from "../../../ui/table";
import { LocalTime } from "../../../ui/time";

/** What a correction does to each reading. */
export function Changes({ changes }: { changes: CorrectionDetail["changes"] }) {
  return (
    <Table label="Changed readings">
      <thead>
        <tr>
          <th scope="col">Measured</th>
          <th scope="col" className={numeric}>
            Before
          </th>
          <th scope="col" className={numeric}>
            After
          </th>
          <th scope="col" className={wideOnly}>
            Message
          </th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ recorded_at, before, after, raw_record_id }) => (
          <tr key={`${recorded_at}${raw_record_id}${String(before)}`}>
            <td>
              <LocalTime time={recorded_at} />
            </td>
            <td className={numeric}>
              <Said value={before} />
            </td>
            <td className={numeric}>
              <Said value={after} />
            </td>
            <td className={wideOnly}>
              <Link to="/messages/$id" params={{ id: raw_record_id }} className="mono">
                {raw_record_id}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Said({ value }: { value: Value | null | undefined }) {
  return value == null ? <span className="muted">none</span> : String(value);
}
