/** The rate controller's steps, its window and its margin. */
import { expect } from 'chai';
import { MARGIN, MARGIN_REORDERED, RateController } from './rate-controller.ts';

/** Two and a half seconds of a buffer that does not change; answers the last rate. */
function hold(controller: RateController, buffer: number, from = 0): number {
  let rate = 1;
  for (let at = from; at <= from + 2500; at += 50) rate = controller.sample(at, buffer);
  return rate;
}

describe('RateController', () => {
  for (const [spare, rate] of [
    [-0.1, 0.96],
    [-0.05, 1],
    [0, 1],
    [0.07, 1],
    [0.1, 1.04],
    [0.5, 1.1],
    [1.6, 1.25],
  ] as const) {
    it(`plays at ${rate} with ${spare} s beside the margin`, () => {
      expect(hold(new RateController(), MARGIN + spare)).to.equal(rate);
    });
  }

  it('decides nothing before it has seen ten samples', () => {
    const controller = new RateController();
    for (let i = 0; i < 9; i++) expect(controller.sample(i * 50, 5)).to.equal(1);
    expect(controller.sample(450, 5)).to.equal(1.25);
  });

  it('goes by the smallest buffer of the last two seconds, and forgets it afterwards', () => {
    const controller = new RateController();
    hold(controller, 1);
    expect(controller.sample(2550, 0.1)).to.equal(0.96);
    for (let at = 2600; at <= 4550; at += 50) expect(controller.sample(at, 1)).to.equal(0.96);
    expect(controller.sample(4600, 1)).to.equal(1.1);
  });

  it('adds a tenth of a second for each stall, up to one second', () => {
    const controller = new RateController();
    controller.stalled();
    expect(controller.margin).to.be.closeTo(MARGIN + 0.1, 1e-9);
    for (let i = 0; i < 20; i++) controller.stalled();
    expect(controller.margin).to.equal(1);
  });

  it('keeps more for a source with B-frames, and never lowers what stalls have taught', () => {
    const controller = new RateController();
    controller.sourceReorders();
    expect(controller.margin).to.equal(MARGIN_REORDERED);
    controller.stalled();
    controller.sourceReorders();
    expect(controller.margin).to.be.closeTo(MARGIN_REORDERED + 0.1, 1e-9);
  });

  it('starts over after a jump', () => {
    const controller = new RateController();
    hold(controller, 3);
    controller.reset();
    expect(controller.sample(2600, 3)).to.equal(1);
  });
});
