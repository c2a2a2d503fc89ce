import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { OWN_FUNCTIONS, SQL_FUNCTIONS } from '../server/src/sql/functions.ts';
import { worldMap } from './scripts/world-map.mjs';

/** Where `npm run dev --workspace web` finds the API. */
const SERVER = 'http://127.0.0.1:3005';

/** Puts the script that loads the page of the address before all others; it waits for none of them. */
const bootFirst: Plugin = {
  name: 'boot-first',
  transformIndexHtml: {
    order: 'post',
    handler(_, { bundle }) {
      const boot = Object.values(bundle ?? {}).find((file) => file.type === 'chunk' && file.name === 'boot');
      if (boot === undefined) return [];
      const attrs = { type: 'module', async: true, crossorigin: true, src: `./${boot.fileName}` };
      return [{ tag: 'script', attrs, injectTo: 'head' }];
    },
  },
};

export default defineConfig({
  // Relative to the <base> of the page, which the server sets to where it is mounted.
  base: './',
  plugins: [react(), bootFirst],
  define: {
    // What a SELECT may call is the server's list, taken when it is built rather than kept a second time.
    SQL_FUNCTION_NAMES: JSON.stringify([...OWN_FUNCTIONS, ...SQL_FUNCTIONS.map(({ name }) => name)]),
    WORLD_MAP: JSON.stringify(worldMap()),
  },
  build: {
    outDir: '../server/dist/web',
    emptyOutDir: true,
    // For web/scripts/weights.mjs; the server serves only `assets` and the page.
    manifest: true,
    // What is bundled may be passed on with its licence.
    license: { fileName: 'licences.md' },
    target: 'es2022',
    // With light-dark(): older targets would have it rewritten into variables that nobody sets.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Only data: URLs that the policy of the page allows, and each file by itself can be kept for ever.
    assetsInlineLimit: 0,
    // One file of styles: it compresses better, and their order is the same on every page.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'src/boot.ts'],
      output: {
        // What every page needs, in one file: it compresses better than fifty, and is asked for once.
        codeSplitting: {
          groups: [
            {
              name: 'boot',
              test: /src\/(?:boot|page-scripts|shell\/last-app)\.ts|preload-helper|rolldown.runtime/,
              priority: 1,
            },
            { name: 'base', tags: ['$initial'] },
          ],
        },
      },
    },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': SERVER, '/auth': SERVER, '/seismo.js': SERVER } },
});
