import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { Image } from "./Image";

test("an image that failed is not shown as broken, and loaded again when online", () => {
  render(<Image src="/media/lamp.webp" alt="" data-testid="lamp" />);
  const failed = screen.getByTestId("lamp");
  fireEvent.error(failed);
  expect(failed.style.visibility).toBe("hidden");
  fireEvent(window, new Event("online"));
  const again = screen.getByTestId("lamp");
  expect(again).not.toBe(failed);
  expect(again.style.visibility).toBe("");
});

test("an image with a text shows it if it failed", () => {
  render(<Image src="/media/books.webp" alt="Books" />);
  fireEvent.error(screen.getByAltText("Books"));
  expect(screen.getByAltText("Books").style.visibility).toBe("");
});

test("another image in the place of one that failed is shown", () => {
  const { rerender } = render(<Image src="/media/lamp.webp" alt="" data-testid="shown" />);
  fireEvent.error(screen.getByTestId("shown"));
  rerender(<Image src="/media/kite.webp" alt="" data-testid="shown" />);
  expect(screen.getByTestId("shown").style.visibility).toBe("");
});
