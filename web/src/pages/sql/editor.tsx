import {
  autocompletion,
  type Completion,
  type CompletionContext,
  closeBrackets,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { SQLDialect, sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { COLUMNS, FUNCTION_NAMES } from './functions.ts';

export interface EditorHandle {
  /** Moves the cursor; both count from 1, as in the server's errors. */
  goTo(line: number, column: number): void;
}

export interface EditorProps {
  readonly handle: Ref<EditorHandle>;
  readonly value: string;
  /** Properties, spelled `data.plan`, with their types. */
  readonly properties: readonly { readonly name: string; readonly types: readonly string[] }[];
  onChange(value: string): void;
  onRun(): void;
}

/** Only what matters for highlighting: ClickHouse's keywords, and strings in single quotes only. */
const DIALECT = SQLDialect.define({
  keywords:
    'select distinct from where prewhere group by having order limit offset with as and or not in between like ilike is null case when then else end asc desc nulls first last over partition rows range unbounded preceding following current row union all interval using on join left inner array true false totals rollup cube',
  builtin: FUNCTION_NAMES.join(' ').toLowerCase(),
  types: '',
  doubleQuotedStrings: false,
  backslashEscapes: true,
});

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--sql-keyword)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--sql-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--sql-number)' },
  { tag: [tags.standard(tags.name), tags.function(tags.variableName)], color: 'var(--sql-function)' },
  { tag: tags.comment, color: 'var(--mantine-color-dimmed)', fontStyle: 'italic' },
]);

const LOOKS = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'transparent', color: 'var(--mantine-color-text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '1.6',
    minHeight: 'var(--editor-height)',
    maxHeight: '40vh',
  },
  '.cm-content': { caretColor: 'var(--mantine-color-text)', padding: '10px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--mantine-color-dimmed)',
    border: 'none',
    paddingInline: '4px',
  },
  '.cm-placeholder': { color: 'var(--mantine-color-placeholder)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--mantine-color-default-border)',
    borderRadius: '6px',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--mantine-primary-color-filled)',
    color: '#fff',
  },
  '.cm-completionDetail': { opacity: '0.85' },
});

/** An editor for one SELECT. Tab leaves it, like any other field. */
export function Editor({ handle, value, properties, onChange, onRun }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const current = useRef({ properties, onChange, onRun, value });
  current.current = { properties, onChange, onRun, value };

  useEffect(() => {
    if (!place.current) return;
    const language = new Compartment();
    const run = (): boolean => {
      current.current.onRun();
      return true;
    };
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: current.current.value,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          closeBrackets(),
          language.of(sql({ dialect: DIALECT, upperCaseKeywords: true })),
          syntaxHighlighting(COLOURS),
          autocompletion({ override: [(context) => complete(context, current.current.properties)] }),
          EditorView.lineWrapping,
          placeholder('SELECT … FROM events'),
          EditorView.contentAttributes.of({ 'aria-label': 'SQL', 'aria-multiline': 'true', role: 'textbox' }),
          LOOKS,
          keymap.of([
            { key: 'Mod-Enter', run, preventDefault: true },
            ...completionKeymap,
            ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
            ...historyKeymap,
          ]),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) current.current.onChange(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useImperativeHandle(handle, () => ({
    goTo(line, column) {
      const editor = view.current;
      if (!editor || line > editor.state.doc.lines) return;
      const { from, to } = editor.state.doc.line(line);
      editor.dispatch({ selection: { anchor: Math.min(to, from + column - 1) }, scrollIntoView: true });
      editor.focus();
    },
  }));

  return <div ref={place} />;
}

const KEYWORDS = [
  'SELECT',
  'FROM events',
  'WHERE',
  'GROUP BY',
  'ORDER BY',
  'HAVING',
  'LIMIT',
  'WITH',
  'AS',
  'AND',
  'OR',
  'NOT',
  'IN',
  'BETWEEN',
  'LIKE',
  'DESC',
  'DISTINCT',
  'OVER',
];
const FIXED: readonly Completion[] = [
  ...COLUMNS.map(({ name, means }): Completion => ({ label: name, detail: means, type: 'property', boost: 3 })),
  ...KEYWORDS.map((label): Completion => ({ label, type: 'keyword', boost: 1 })),
  ...FUNCTION_NAMES.map((name): Completion => ({ label: name, apply: `${name}(`, detail: '( )', type: 'function' })),
];

function complete(context: CompletionContext, properties: EditorProps['properties']) {
  const word = context.matchBefore(/[\w.]+/);
  if (!word && !context.explicit) return null;
  return {
    from: word?.from ?? context.pos,
    options: [
      ...properties.map(
        ({ name, types }): Completion => ({ label: name, detail: types.join(', '), type: 'property', boost: 2 }),
      ),
      ...FIXED,
    ],
    validFor: /^[\w.]*$/,
  };
}
