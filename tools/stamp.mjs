// `postinstall`: what is installed now is what the lock file says.
import { stamp } from './ready.mjs';

stamp();
