/** Small shared mechanics (native scopes, near names, atomic directories). Not API. */
package org.kerasgraft.internal;
