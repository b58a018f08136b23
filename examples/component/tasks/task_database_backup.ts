import { relative } from 'node:path';
import { defineTask } from 'daychain';
import { allOf, cpuBelow, diskFree, fileOlderThan } from 'daychain/kit';
import { pruneBackups, writeBackup } from '../lib/backup.js';
import { clientsOf, outFolder, settingsOf } from '../lib/context.js';
import { inProject } from '../lib/files.js';

export default defineTask({
  summary: 'Back the database up where the last backup is six hours old and the machine is not busy',
  tags: ['database'],
  timeout: '1 hour',
  condition: allOf(
    // A folder counts by its newest file: the backup itself is the marker.
    fileOlderThan((ctx) => outFolder(ctx, 'backups'), '6 hours').orSkip(),
    cpuBelow(80).orPostpone('10 minutes'),
    diskFree(inProject(), '200 MB').orPostpone('30 minutes'),
  ),
  async run(ctx) {
    const folder = outFolder(ctx, 'backups');
    const { path, rows } = await writeBackup(await clientsOf(ctx).sql(), folder, ctx.runKey);
    // Only now: a backup that failed must not cost an older one.
    const pruned = await pruneBackups(folder, settingsOf(ctx).BACKUPS_KEPT, path);
    return { backup: relative(inProject(), path), rows, pruned: pruned.length };
  },
});
