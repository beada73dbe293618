import { Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { counted } from "../../lib/format";
import { BarList } from "../../ui/bar-list";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";

const EVERY = 5_000;
const MOST = 8;

/** Devices that send more than their quota, which are slowed down for themselves alone. */
export function Quotas() {
  const quotas = $api.useQuery("get", "/v1/system/quotas", {}, { refetchInterval: EVERY });
  const waiting = quotas.data?.waiting ?? 0;
  return (
    <Panel title="Slowed down" aside={waiting > 0 ? `${counted(waiting, "message")} wait` : null}>
      <Answered query={quotas} what="The quotas" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="None">No device sends more than its quota.</Empty>
          ) : (
            <BarList
              items={items.slice(0, MOST).map(({ serial, waiting: count }) => ({
                key: serial,
                count,
                label: (
                  <Link to="/devices/$serial" params={{ serial }}>
                    {serial}
                  </Link>
                ),
              }))}
            />
          )
        }
      </Answered>
    </Panel>
  );
}
