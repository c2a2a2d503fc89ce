import { describe, expect, it } from 'vitest';
import { aHttp } from './doubles.ts';

const question = { kind: 'trend', last: '7d', series: [{}] };
const link = (value: unknown, more = ''): string =>
  `/api/query/shop?q=${encodeURIComponent(JSON.stringify(value))}${more}`;
const as = (token: string, more: object = {}) => ({ headers: { 'x-access-token': token, ...more } });

describe('/api/query/:app', () => {
  it('takes a question as a body and as a link', async () => {
    const { http, asked } = aHttp();
    const posted = await http.inject({ method: 'POST', url: '/api/query/shop', payload: question, ...as('read') });
    const linked = await http.inject({ url: link(question), ...as('viewer') });
    for (const answer of [posted, linked]) {
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ kind: 'trend', result: { series: [] } });
      expect(answer.headers['server-timing']).toMatch(/^total;dur=/);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect(asked).toEqual([`question shop ${JSON.stringify(question)}`, `question shop ${JSON.stringify(question)}`]);
  });

  it('is for readers of the app alone', async () => {
    const { http } = aHttp();
    const status = async (app: string, token?: string) =>
      (await http.inject({ method: 'POST', url: `/api/query/${app}`, payload: question, ...(token && as(token)) }))
        .statusCode;
    expect([
      await status('shop'),
      await status('shop', 'write'),
      await status('blog', 'read'),
      await status('blog', 'viewer'),
    ]).toEqual([401, 403, 403, 200]);
  });

  it('says of what time it answers when it does not wait', async () => {
    const { http } = aHttp();
    expect((await http.inject({ url: link(question, '&fresh=false'), ...as('read') })).headers['seismo-as-of']).toBe(
      '2026-01-02T03:04:05.000Z',
    );
    expect((await http.inject({ url: link(question), ...as('read') })).headers['seismo-as-of']).toBeUndefined();
  });

  it('answers tables as CSV and NDJSON', async () => {
    const { http } = aHttp();
    const csv = await http.inject({ url: link(question), ...as('read', { accept: 'text/csv' }) });
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(csv.body).toBe('plan,=value\r\npro,1.5\r\n"{""a"":1}",\r\n=1+1,\r\n');
    const safe = await http.inject({ url: link(question, '&csvSafe=true'), ...as('read', { accept: 'text/csv' }) });
    expect(safe.body).toBe('plan,"\'=value"\r\npro,1.5\r\n"{""a"":1}",\r\n"\'=1+1",\r\n');
    const lines = await http.inject({ url: link(question), ...as('read', { accept: 'application/x-ndjson' }) });
    expect(lines.body).toBe('{"plan":"pro","=value":1.5}\n{"plan":{"a":1},"=value":null}\n{"plan":"=1+1"}\n');
  });

  it.each([
    ['/api/query/shop', 'PARAMETER_INVALID', 'q'],
    ['/api/query/shop?q=%7B', 'PARAMETER_INVALID', 'q'],
    [link(question, '&fresh=yes'), 'PARAMETER_INVALID', 'fresh'],
    [link(question, '&limit=3'), 'PARAMETER_UNKNOWN', 'limit'],
  ])('refuses %s with %s', async (url, code, field) => {
    const { http } = aHttp();
    const answer = await http.inject({ url, ...as('read') });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code, field });
  });

  it('names the field of a body at fault by the codes of bodies', async () => {
    const { http } = aHttp();
    const send = async (payload: string) =>
      (await http.inject({ method: 'POST', url: '/api/query/shop', payload, ...as('read') })).json().code;
    expect([await send(''), await send('{')]).toEqual(['BODY_EMPTY', 'BODY_NOT_JSON']);
  });

  it('is described once: schemas with a name stand among the components, and every reference leads somewhere', async () => {
    const { http } = aHttp();
    const document = (await http.inject('/openapi.json')).json();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, path]) => path!);
    expect(references).toContain('#/components/schemas/Question');
    expect(JSON.stringify(document)).not.toContain('"$id"');
    for (const reference of references)
      expect(Object.keys(document.components.schemas)).toContain(reference.replace('#/components/schemas/', ''));
  });
});
