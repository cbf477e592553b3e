/** What matches which entity tag. */
import { expect } from 'chai';
import { entityTag, isKnown, matcher } from './entity-tag.ts';

describe('entity tag', () => {
  const row = { title: 'Ode', updated_at: new Date(0) };
  const tag = entityTag(row, { title: 'Ode', status: 'offline' });
  const live = entityTag(row, { title: 'Ode', status: 'live' });
  const edited = entityTag({ ...row, title: 'Odd' }, { title: 'Odd', status: 'offline' });

  it('is a strong tag that changes with the version and with the answer', () => {
    expect(tag).to.match(/^"[\w-]{16}\.[\w-]{16}"$/);
    expect(new Set([tag, live, edited])).to.have.length(3);
    expect(entityTag({ ...row }, { title: 'Ode', status: 'offline' })).to.equal(tag);
  });

  it('lets pass who names the version, whatever else has changed, and nobody else', () => {
    for (const header of [undefined, '*', ' * ', tag, live, `"x", ${tag}`])
      expect(() => matcher(header)(row), header ?? 'none').to.not.throw();
    for (const header of ['', 'x', '""', edited, `W/${tag}`, tag.replaceAll('"', '')])
      expect(() => matcher(header)(row), header).to.throw(/another version/);
  });

  it('is known to who has the very same answer', () => {
    for (const header of ['*', tag, `W/${tag}`, `"x",${tag}`]) expect(isKnown(tag, header), header).to.equal(true);
    for (const header of [undefined, '', live, edited]) expect(isKnown(tag, header), header).to.equal(false);
  });
});
