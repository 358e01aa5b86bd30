/** The console: reads the address and draws the page it names. */
import "./style/base.css";
import "./style/layout.css";
import "./style/execution.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { applyTheme } from "./theme.ts";

applyTheme();
const place = document.getElementById("console");
if (place) {
  place.textContent = "";
  render(<App />, place);
}
