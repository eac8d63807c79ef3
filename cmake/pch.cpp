// The one object of the precompiled-header target.
