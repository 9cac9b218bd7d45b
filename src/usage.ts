import manifest from '../package.json' with { type: 'json' };

export const version: string = manifest.version;

/** What `trestle help` says. */
export const usage = `Trestle ${version}: one self-hosted server in front of every AI API.

  trestle [start] [flags]   start the server; without any setting it works, on an embedded database
  trestle help              this text
  trestle version           the version

  --config FILE             settings (TRESTLE_CONFIG); ./trestle.yaml if there is one
  --data DIRECTORY          what must not be lost (TRESTLE_DATA); ./data
  --listen HOST:PORT        where it listens (TRESTLE_LISTEN); 127.0.0.1:4141
  --admin-listen HOST:PORT  management's own address (TRESTLE_ADMIN_LISTEN)

Keys for the first start: TRESTLE_ADMIN_KEY, TRESTLE_CLIENT_KEY; made and printed once without them.
A provider's key in the environment, such as OPENAI_API_KEY, switches that provider on.
SIGTERM lets running answers finish; SIGHUP reads the settings again.`;
