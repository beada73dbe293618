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
  const message = $api.useQuery("get", "/v1/messages/{id}", { params: { path: { id } } });
  return (
    <Answered query={message} what="The payload" lines={3}>
      {({ payload }) => {
        if (!payload) return <p className="muted">Its bytes are gone.</p>;
        const text = payload.text ?? null;
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
                to="/messages/$id"
                params={{ id }}
                search={error.pointer ? { pointer: error.pointer } : {}}
              >
                the whole message
              </Link>
            </p>
            <div className={classes.sampleParts}>
              <PayloadText text={text} fault={fault} />
              <PayloadHex base64={payload.base64} length={payload.length} fault={fault} />
            </div>
          </div>
        );
      }}
    </Answered>
  );
}
