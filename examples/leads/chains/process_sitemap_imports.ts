import { jobChain } from '../lib/job-chain.js';

export default jobChain('SITEMAP_IMPORT', 'task_import_sitemaps');
