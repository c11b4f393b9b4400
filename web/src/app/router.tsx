import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { CalibrationPage } from '../calibration/CalibrationPage';
import { JobsPage } from '../jobs/JobsPage';
import { RunsPage } from '../jobs/RunsPage';
import { ProfilePage } from '../profile/ProfilePage';
import { ProfilesPage } from '../profile/ProfilesPage';
import { RingsPage } from '../rings/RingsPage';
import { RingView } from '../rings/RingView';
import { Welcome } from '../rings/Welcome';
import {
  ProfilesSearch,
  RingListSearch,
  RingSearch,
  RunSearch,
  readSearch,
  writeSearch,
} from './address';
import { Shell } from './Shell';
import { Crashed, PageNotFound } from './states';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: PageNotFound,
  errorComponent: Crashed,
});

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/rings' });
  },
});

const rings = createRoute({
  getParentRoute: () => root,
  path: '/rings',
  validateSearch: RingListSearch,
  component: RingsPage,
});
const welcome = createRoute({ getParentRoute: () => rings, path: '/', component: Welcome });
const ring = createRoute({
  getParentRoute: () => rings,
  path: '$ringId',
  validateSearch: RingSearch,
  component: RingView,
});

const profiles = createRoute({
  getParentRoute: () => root,
  path: '/profiles',
  validateSearch: ProfilesSearch,
  component: ProfilesPage,
});
const profile = createRoute({
  getParentRoute: () => root,
  path: '/profiles/$kind/$id',
  validateSearch: RunSearch,
  component: ProfilePage,
});
const jobs = createRoute({ getParentRoute: () => root, path: '/jobs', component: JobsPage });
const runs = createRoute({ getParentRoute: () => root, path: '/runs', component: RunsPage });
const calibration = createRoute({
  getParentRoute: () => root,
  path: '/calibration',
  component: CalibrationPage,
});

export const router = createRouter({
  routeTree: root.addChildren([
    index,
    rings.addChildren([welcome, ring]),
    profiles,
    profile,
    jobs,
    runs,
    calibration,
  ]),
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  defaultErrorComponent: Crashed,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
