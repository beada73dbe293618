import { Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import type { IngestError } from "../../api/types";
import { findFault } from "../../payload/fault";
import { PayloadHex, PayloadText } from "../../payload/payload";
import { Answered } from "../../ui/states";
import classes from "./ingest.module.css";

/** What came with an error, as text and as bytes, with the place of the fault. */
export function Sample({ error }: { error: IngestError }) {
  const id = error.raw_record_id;
  const record = $api.useQuery("get", "/v1/raw-records/{id}", { params: { path: { id } } });
  return (
    <Answered query={record} what="The payload" lines={3}>
      {(data) => {
        const text = data.payload_text ?? null;
        const fault = findFault(text, error.pointer, error.detail);
        return (
          <div className={classes.sample}>
            <p className="muted">
              {error.pointer === "" ? (
                "The whole payload is at fault"
              ) : (
                <>
                  At <code>{error.pointer}</code>
                </>
              )}
              {fault?.text.missing ? ", which is not there; its parent is marked" : null} ·{" "}
              <Link
                to="/records/$id"
                params={{ id }}
                search={error.pointer ? { pointer: error.pointer } : {}}
              >
                the whole record
              </Link>
            </p>
            <div className={classes.sampleParts}>
              <PayloadText text={text} fault={fault} />
              <PayloadHex base64={data.payload_base64} length={data.payload_length} fault={fault} />
            </div>
          </div>
        );
      }}
    </Answered>
  );
}
