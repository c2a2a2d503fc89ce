import examples from './examples.json' with { type: 'json' };

/** How to send events from one language or framework, ready to be pasted. */
export interface Snippet {
  readonly id: keyof typeof examples;
  readonly label: string;
  /** What to do with it. */
  readonly how: string;
  /** The command that installs what the code needs. */
  readonly install?: string;
  readonly code: string;
}

/** The snippets of one language. */
export interface Family {
  readonly label: string;
  readonly snippets: readonly Snippet[];
}

export const NO_KEY = 'YOUR_WRITE_KEY';

const npm = (packages: string): string => `npm install ${packages}`;
const pip = (packages: string): string => `pip install ${packages}`;
const gem = (packages: string): string => `gem install ${packages}`;
const EACH_REQUEST = 'Each request becomes an event.';

/** The code is that of docs/send-events, where tests run it (`npm run docs` puts it into examples.json). */
const FAMILIES: readonly { label: string; snippets: readonly Omit<Snippet, 'code'>[] }[] = [
  {
    label: 'Terminal',
    snippets: [
      { id: 'curl', label: 'curl', how: 'Run this in a terminal.' },
      {
        id: 'track',
        label: 'seismo track',
        how: 'Run this in a script or a cron job. It retries for 15 seconds if the server does not answer.',
        install: npm('--global seismo'),
      },
    ],
  },
  {
    label: 'Web page',
    snippets: [
      {
        id: 'page',
        label: 'Script tag',
        how: 'Add this to the <head> of your pages. It tracks page views, clicks, web vitals and errors, without cookies.',
      },
    ],
  },
  {
    label: 'Node',
    snippets: [
      {
        id: 'node',
        label: 'Node',
        how: 'Save this as hello.mjs and run node hello.mjs.',
        install: npm('seismo-client'),
      },
      {
        id: 'express',
        label: 'Express',
        how: `Save this as app.mjs and run node app.mjs. ${EACH_REQUEST}`,
        install: npm('seismo-client express'),
      },
      {
        id: 'fastify',
        label: 'Fastify',
        how: `Save this as app.mjs and run node app.mjs. ${EACH_REQUEST}`,
        install: npm('seismo-client fastify'),
      },
    ],
  },
  {
    label: 'Python',
    snippets: [
      {
        id: 'python',
        label: 'Python',
        how: 'Save this as hello.py and run python hello.py.',
        install: pip('seismo-client'),
      },
      {
        id: 'django',
        label: 'Django',
        how: `Add this to your settings, with the middleware before all others. ${EACH_REQUEST}`,
        install: pip('seismo-client'),
      },
      {
        id: 'flask',
        label: 'Flask',
        how: `Save this as app.py and run flask run. ${EACH_REQUEST}`,
        install: pip('seismo-client flask'),
      },
      {
        id: 'fastapi',
        label: 'FastAPI',
        how: `Save this as main.py and run uvicorn main:app. ${EACH_REQUEST}`,
        install: pip('seismo-client fastapi uvicorn'),
      },
      {
        id: 'celery',
        label: 'Celery',
        how: 'Add the client where you create the Celery application. Each task becomes an event.',
        install: pip('seismo-client'),
      },
    ],
  },
  {
    label: 'Ruby',
    snippets: [
      {
        id: 'ruby',
        label: 'Ruby',
        how: 'Save this as hello.rb and run ruby hello.rb.',
        install: gem('seismo-client'),
      },
      {
        id: 'rack',
        label: 'Rack',
        how: `Save this as config.ru and run puma. ${EACH_REQUEST}`,
        install: gem('seismo-client rack puma'),
      },
      {
        id: 'rails',
        label: 'Rails',
        how: 'Save this as config/initializers/seismo.rb. Each request, error and job becomes an event.',
        install: 'bundle add seismo-client',
      },
      {
        id: 'sidekiq',
        label: 'Sidekiq',
        how: 'Add this to the file that Sidekiq loads. Each job becomes an event.',
        install: gem('seismo-client'),
      },
    ],
  },
  {
    label: 'PHP',
    snippets: [{ id: 'php', label: 'PHP', how: 'Save this as hello.php and run php hello.php.' }],
  },
  {
    label: 'Go',
    snippets: [{ id: 'go', label: 'Go', how: 'Save this as main.go and run go run main.go.' }],
  },
];

/**
 * @param server without a slash at its end
 * @param app only letters, digits, dots, underscores and hyphens (the server's rule): nothing with a meaning in a shell or a program
 */
export const snippetsOf = (server: string, app: string, key = NO_KEY): readonly Family[] =>
  FAMILIES.map(({ label, snippets }) => ({
    label,
    snippets: snippets.map((snippet) => ({ ...snippet, code: filledIn(examples[snippet.id], server, app, key) })),
  }));

/** What the documentation says for the server, the app and the key, replaced by the reader's own. */
function filledIn(example: string, server: string, app: string, key: string): string {
  return (
    example
      .replaceAll(/https:\/\/seismo\.example\.com|http:\/\/127\.0\.0\.1:3005/g, server)
      .replaceAll(/(["']|\/api\/events\/)shop\b/g, `$1${app}`)
      .replaceAll(/--app \w+/g, `--app ${app}`)
      .replaceAll(/process\.env\.SEISMO_KEY|getenv\('SEISMO_KEY'\)/g, `'${key}'`)
      .replaceAll(/os\.environ\["SEISMO_KEY"\]|ENV\["SEISMO_KEY"\]|os\.Getenv\("SEISMO_KEY"\)/g, `"${key}"`)
      .replaceAll(/\$TOKEN|sk_…/g, key)
      // The import that only the environment needed; Go rejects one that is not used.
      .replace(/^import os\n\n|(?<=^import )os, |^\t"os"\n/m, '')
      .trimEnd()
  );
}
