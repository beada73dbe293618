// The documentation site. Nothing here loads from the network, neither at build nor in the reader's browser:
// system fonts, search by Pagefind, pictures from the repository.
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import linksValidator from 'starlight-links-validator';

const section = (label, directory, pages) => ({
  label,
  items: pages.map((page) => `${directory}/${page}`),
});

export default defineConfig({
  // Canonical address of the published site, for the sitemap. Left out of local builds.
  site: process.env.DOCS_SITE_URL || undefined,
  integrations: [
    starlight({
      title: 'SENS Platform',
      description: 'Ingest, keep and query sensor readings without losing one.',
      logo: { src: './src/assets/logo.svg', alt: '' },
      favicon: '/favicon.svg',
      customCss: ['./src/styles/site.css'],
      pagination: true,
      lastUpdated: false,
      plugins: [linksValidator({ errorOnLocalLinks: false })],
      sidebar: [
        section('Tutorial', 'tutorial', ['getting-started']),
        section('How-to guides', 'how-to', [
          'publish-readings',
          'query-readings',
          'export-readings',
          'live-stream',
          'provision-devices',
          'api-keys',
          'run-services',
          'use-the-console',
          'find-a-missing-reading',
          'let-go-of-old-data',
          'replay',
          'correct',
          'import-history',
          'erase-a-device',
          'read-replica',
          'use-timescaledb',
          'compose',
          'first-server',
          'kubernetes-install',
          'kubernetes-upgrade',
          'kubernetes-high-availability',
          'kubernetes-uninstall',
          'release',
          'troubleshoot',
          'simulate-devices',
          'chaos',
          'traces',
          'measure-performance',
          'size-a-deployment',
          'work-on-the-platform',
        ]),
        section('Reference', 'reference', [
          'configuration',
          'chart-values',
          'rest-api',
          'errors',
          'mqtt',
          'events',
          'payloads',
          'ingest-errors',
          'faults',
          'jetstream',
          'database',
          'metrics',
          'sensctl',
          'exit-codes',
        ]),
        section('Explanation', 'explanation', [
          'architecture',
          'life-of-a-message',
          'identity',
          'time',
          'durability',
          'accounting',
          'gitops',
        ]),
        { label: 'Runbooks', items: [{ autogenerate: { directory: 'runbooks' } }] },
        { label: 'Decisions', collapsed: true, items: [{ autogenerate: { directory: 'decisions' } }] },
      ],
    }),
  ],
});
