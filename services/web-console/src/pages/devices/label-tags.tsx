import classes from "./devices.module.css";

interface LabelTagsProps {
  labels: Readonly<Record<string, string>>;
  /** Gets the selector that takes the devices with a label. */
  onPick: (selector: string) => void;
}

/** The labels of a device; each leads to the devices that have it too. */
export function LabelTags({ labels, onPick }: LabelTagsProps) {
  const pairs = Object.entries(labels);
  if (pairs.length === 0) return <span className="muted">–</span>;
  return (
    <span className={classes.tags}>
      {pairs.map(([key, value]) => {
        const selector = value === "" ? key : `${key}=${value}`;
        return (
          <button
            key={key}
            type="button"
            className={classes.tag}
            title={`Show the devices with ${selector}`}
            onClick={() => onPick(selector)}
          >
            {selector}
          </button>
        );
      })}
    </span>
  );
}
