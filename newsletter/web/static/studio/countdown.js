// The seconds until a letter goes. The ledger counts, not this page: it only shows.

let timer = 0;

export function countDown() {
  clearInterval(timer);
  const number = document.querySelector("[data-due]");
  if (!number) return;
  // From what the server said is left, not from this machine's clock, which may be wrong.
  const ends = performance.now() + Number(number.dataset.left) * 1000;
  const words = document.getElementById("countdown-words");
  const show = () => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    number.textContent = left;
    if (left % 15 === 0 && left > 0) words.textContent = `In ${left} seconds. Closing this page changes nothing.`;
    if (left === 0) {
      words.textContent = "It goes out now.";
      clearInterval(timer);
    }
  };
  show();
  timer = setInterval(show, 250);
}
