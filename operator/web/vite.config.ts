import { defineConfig } from 'vite'

/** The console as files with their digest in their names, so that a browser may keep them for ever. */
export default defineConfig({
  root: import.meta.dirname,
  // Where the fleet serves them from is its own affair: it writes that into the page.
  base: './',
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  oxc: { jsx: { runtime: 'automatic' } },
  logLevel: 'error',
})
