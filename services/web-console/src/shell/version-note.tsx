import { $api } from "../api/client";
import classes from "./shell.module.css";

/** Which version of the platform answers. */
export function VersionNote() {
  const version = $api.useQuery("get", "/version", {}, { staleTime: 300_000 });
  if (!version.data) return null;
  return (
    <p className={classes.version} title={`Build ${version.data.build_sha}`}>
      Version {version.data.version}
    </p>
  );
}
