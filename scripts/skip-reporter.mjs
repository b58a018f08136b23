/** Names every test that was skipped for a reason of this machine, with that reason: `context.skip('no redis-server here')`. */
export default class SkipReporter {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const { note } = test.result();
        if (note !== undefined) process.stdout.write(`skipped: ${test.fullName} (${note})\n`);
      }
    }
  }
}
