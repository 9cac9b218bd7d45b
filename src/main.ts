import { ConfigurationError, loadConfig } from './config/load.ts';
import { Failure } from './core/failure.ts';
import { commandLine, environment } from './platform/environment.ts';
import { readText } from './platform/files.ts';
import { openLog } from './platform/log.ts';
import { onStop } from './platform/signals.ts';
import { usage } from './usage.ts';
import { welcome } from './welcome.ts';
