import logo from "../assets/logo.svg";
import classes from "./logo.module.css";

/** The mark with the name beside it. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <span className={classes.logo}>
      <img src={logo} width={size} height={size} alt="" />
      <span className={classes.name}>
        SENS <span>Platform</span>
      </span>
    </span>
  );
}
