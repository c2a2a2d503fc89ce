/** The manifests of deploy/kubernetes against the schemas of Kubernetes and of the Prometheus Operator, and against what Seismo is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/config/settings.ts';
import { DOCS } from './a-docs-server.ts';

const FOLDER = join(DOCS, '../deploy/kubernetes');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: every kind has its own, and the schemas check it
  readonly spec: any;
}

const read = (name: string): Manifest => parse(readFileSync(join(FOLDER, name), 'utf8')) as Manifest;
const NAMES = readdirSync(FOLDER).filter((name) => name !== 'kustomization.yaml');

/** Reports the members of a value that nobody reads: those that a schema does not know, once it was applied. */
function watched<T>(value: T, path: string, unread: Map<string, ReadonlySet<string>>): T {
  if (typeof value !== 'object' || value === null) return value;
  const members = new Set(Object.keys(value));
  unread.set(path, members);
  const inner = new Map<PropertyKey, unknown>();
  return new Proxy(value, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (!Object.hasOwn(target, key)) return member;
      members.delete(String(key));
      if (!inner.has(key)) inner.set(key, watched(member, `${path}/${String(key)}`, unread));
      return inner.get(key);
    },
  });
}

/** What is wrong with it; the schemas themselves accept members that they do not know. */
async function faultsOf(manifest: Manifest): Promise<string[]> {
  const { apiVersion, kind } = manifest;
  const ofOperator = apiVersion.startsWith('monitoring.coreos.com/');
  const from = `${ofOperator ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models'}/${apiVersion}`;
  const models = (await import(from)) as Record<string, { readonly prototype: { validate(): void } } | undefined>;
  const model = models[kind];
  if (model === undefined) return [`There is no ${kind} in ${apiVersion}.`];
  const unread = new Map<string, ReadonlySet<string>>();
  try {
    model.prototype.validate.call(watched(manifest, '', unread));
  } catch (error) {
    return [(error as Error).message];
  }
  return [...unread].flatMap(([path, members]) => [...members].map((name) => `${path}/${name} is not known`));
}

it.each(NAMES)('%s is what its schema says, without unknown members', async (name) => {
  expect(await faultsOf(read(name))).toEqual([]);
});

it('finds a wrong type and an unknown member, however deep', async () => {
  const manifest = read('stateful-set.yaml');
  const [container] = manifest.spec.template.spec.containers;
  container.securityContext.readOnlyRoot = true;
  expect(await faultsOf(manifest)).toEqual([
    '/spec/template/spec/containers/0/securityContext/readOnlyRoot is not known',
  ]);
  container.ports[0].containerPort = 'http';
  expect((await faultsOf(manifest))[0]).toMatch(/containerPort must be integer/);
});

it('kustomization.yaml lists every manifest but the one that needs the Prometheus Operator', () => {
  const { resources, images } = parse(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8')) as {
    resources: string[];
    images: { name: string; newTag: string }[];
  };
  expect(resources.toSorted()).toEqual(NAMES.filter((name) => name !== 'service-monitor.yaml').toSorted());
  const { version } = JSON.parse(readFileSync(join(DOCS, '../server/package.json'), 'utf8')) as { version: string };
  const [{ image }] = read('stateful-set.yaml').spec.template.spec.containers;
  expect(images).toMatchObject([{ name: image, newTag: version }]);
});

it('the pod meets the restricted standard: no root, no rights, nothing to write but its volume', () => {
  const { securityContext, containers, automountServiceAccountToken } = read('stateful-set.yaml').spec.template.spec;
  expect(automountServiceAccountToken).toBe(false);
  expect(securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 1000,
    fsGroup: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const writable = containers[0].volumeMounts.filter((mount: { readOnly?: boolean }) => !mount.readOnly);
  expect(writable).toEqual([{ name: 'data', mountPath: '/data' }]);
});

it('fits the image and the server: port, volume, grace period', () => {
  const dockerfile = readFileSync(join(DOCS, '../Dockerfile'), 'utf8');
  const { template } = read('stateful-set.yaml').spec;
  const [{ ports }] = template.spec.containers;
  expect(ports).toEqual([{ name: 'http', containerPort: SETTINGS.port.default }]);
  expect(dockerfile).toContain(`EXPOSE ${SETTINGS.port.default}\n`);
  expect(dockerfile).toContain('VOLUME /data\n');
  // A stop of the server takes at most 10 seconds (docs/self-hosting/install.md).
  expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
});

it('everything selects the pod, by its labels and the name of its port', () => {
  const { template, selector } = read('stateful-set.yaml').spec;
  const { labels } = template.metadata;
  expect(selector.matchLabels).toEqual(labels);
  expect(read('service.yaml').spec.selector).toEqual(labels);
  expect(read('service.yaml').spec.ports[0].targetPort).toBe('http');
  expect(read('pod-disruption-budget.yaml').spec.selector.matchLabels).toEqual(labels);
  expect(read('network-policy.yaml').spec.podSelector.matchLabels).toEqual(labels);
  expect(read('network-policy.yaml').spec.ingress).toEqual([{ ports: [{ port: 'http' }] }]);
  // A monitor selects services.
  expect(read('service-monitor.yaml').spec.selector.matchLabels).toEqual(read('service.yaml').metadata.labels);
});
