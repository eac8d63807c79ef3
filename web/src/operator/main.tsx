import { startConsole } from "../session/start";
import { App } from "./app";

await startConsole(App, "/operator", "operator");
