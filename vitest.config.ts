import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Which of xstate's two builds a project runs on: the one that warns, or the one that users of the package run. */
declare module 'vitest' {
  interface ProvidedContext {
    readonly xstateBuild: 'development' | 'production';
  }
}

/**
 * Takes the export condition `development` away, from the resolver and from the `--conditions` of the test process.
 *
 * It has to happen here: Vitest adds that condition to whatever `resolve.conditions` says unless NODE_ENV, which all
 * projects share, is `production`.
 */
const withoutDevelopment: Plugin = {
  name: 'without-development',
  configResolved(config) {
    const isQuiet = (condition: string): boolean => !condition.startsWith('development');
    for (const { resolve } of [config.ssr, ...Object.values(config.environments)]) {
      if (resolve?.conditions !== undefined) resolve.conditions = resolve.conditions.filter(isQuiet);
    }
  },
};

interface Parts {
  readonly include: string[];
  readonly exclude?: string[];
  readonly plugins?: Plugin[];
  readonly timeoutMs?: number;
}

function project(name: string, { include, exclude = [], plugins = [], timeoutMs = 20_000 }: Parts) {
  return {
    extends: true,
    plugins,
    test: {
      name,
      include,
      exclude,
      testTimeout: timeoutMs,
      provide: { xstateBuild: plugins.includes(withoutDevelopment) ? 'production' : 'development' },
    },
  } satisfies TestProjectInlineConfiguration;
}

const special = ['test/simulation/**', 'test/property/**', 'test/system/**', 'test/docs.test.ts', 'test/docs/**'];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^firesteel$/, replacement: here('src/index.ts') },
      { find: /^firesteel\/testing$/, replacement: here('src/testing/index.ts') },
    ],
  },
  test: {
    // By itself Vitest leaves one core alone, which on a machine of two is half of it.
    maxWorkers: '100%',
    globalSetup: ['test/choose-seed.ts'],
    setupFiles: ['test/setup-fast-check.ts'],
    projects: [
      project('unit', { include: ['test/**/*.test.ts'], exclude: special }),
      project('property', { include: ['test/property/**/*.test.ts'], timeoutMs: 60_000 }),
      project('docs', { include: ['test/docs.test.ts', 'test/docs/*.test.ts'], timeoutMs: 60_000 }),
      project('production', {
        include: ['test/actors/**/*.test.ts', 'test/lifecycle/**/*.test.ts', 'test/xstate-build.test.ts'],
        plugins: [withoutDevelopment],
      }),
      project('simulation', { include: ['test/simulation/**/*.test.ts'], timeoutMs: 60_000 }),
      project('system', { include: ['test/system/**/*.test.ts'], timeoutMs: 60_000 }),
    ],
  },
});
