import { jobChain } from '../lib/job-chain.js';

export default jobChain('DOMAIN_SITEMAP', 'task_submit_sitemaps');
