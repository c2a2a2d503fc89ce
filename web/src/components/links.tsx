/** Mantine's link components with the router's typed `to`, `params` and `search`. */
import { Anchor, type AnchorProps, Button, type ButtonProps, NavLink, type NavLinkProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { forwardRef, type ReactNode } from 'react';

type Aria = { 'aria-label'?: string };

export const AnchorLink = createLink(
  forwardRef<HTMLAnchorElement, Omit<AnchorProps, 'href'> & Aria & { children?: ReactNode }>((props, ref) => (
    <Anchor ref={ref} {...props} />
  )),
);
export const ButtonLink = createLink(
  forwardRef<HTMLAnchorElement, Omit<ButtonProps, 'href'> & Aria & { children?: ReactNode }>((props, ref) => (
    <Button component="a" ref={ref} {...props} />
  )),
);
export const NavLinkLink = createLink(
  forwardRef<HTMLAnchorElement, Omit<NavLinkProps, 'href'> & Aria>((props, ref) => (
    <NavLink component="a" ref={ref} {...props} />
  )),
);
