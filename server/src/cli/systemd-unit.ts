/** What a unit of systemd says. Every path is absolute. */
export interface UnitOptions {
  /** The program with its arguments: `/usr/bin/node`, `/opt/seismo/…/seismo.js`, `start`. */
  readonly command: readonly string[];
  readonly user: string;
  readonly dataDir: string;
  readonly configFile?: string | undefined;
}

const STATE = '/var/lib/';

/**
 * A hardened unit. It is what `seismo install-service` writes, what the Debian package installs and what the documentation shows.
 * MemoryDenyWriteExecute is missing on purpose: V8 and the engine compile at run time.
 */
export function systemdUnit({ command, user, dataDir, configFile }: UnitOptions): string {
  const words = [...command, '--data', dataDir, ...(configFile === undefined ? [] : ['--config', configFile])];
  const paths = [...command, dataDir, configFile ?? ''];
  return `[Unit]
Description=Seismo event analytics
Wants=network-online.target
After=network-online.target

[Service]
User=${user}
ExecStart=${words.map(quoted).join(' ')}
# Settings as variables, such as SEISMO_PORT=8080. The file may be absent.
EnvironmentFile=-/etc/default/seismo
${dataLines(dataDir).join('\n')}
UMask=0077

# SIGTERM goes to the server alone, which stops its engine and moves the journal there; that takes at most 10 seconds.
KillMode=mixed
TimeoutStopSec=20
Restart=always
RestartSec=1
# If the kernel kills the engine for its memory, the server starts it again.
OOMPolicy=continue

# The service can write to its data directory and nowhere else, gains no rights, and makes only the system calls of a service.
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=${protectHome(paths, dataDir)}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** systemd makes a directory below /var/lib by itself, for the user of the service. */
function dataLines(dataDir: string): string[] {
  const name = dataDir.startsWith(STATE) ? dataDir.slice(STATE.length) : '';
  // Of a name with a space or colon, systemd would make several.
  return /^[\w./-]+$/.test(name)
    ? [`StateDirectory=${name}`, 'StateDirectoryMode=0700']
    : [`ReadWritePaths=${quoted(dataDir)}`];
}

/** Homes are hidden, unless something that the service needs is there. */
function protectHome(paths: readonly string[], dataDir: string): 'yes' | 'read-only' | 'no' {
  const isInHome = (path: string): boolean => /^\/(?:home|root|run\/user)\//.test(path);
  if (isInHome(dataDir)) return 'no';
  return paths.some(isInHome) ? 'read-only' : 'yes';
}

/** `%` starts a specifier and `$` a variable; a word with anything unusual is put in quotes. */
function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll(/["\\]/g, '\\$&')}"`;
}
